from ipaddress import ip_address
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.http import SiteRequest
from portal.lib.uploads import validate_upload
from portal.models import AllowedNetwork, Announcement, Page, PageAccessRule, Site, WebLink
from portal.models.network import validate_network

admin.site.site_header = gettext_lazy("Customer portal administration")
admin.site.site_title = gettext_lazy("Administration")
admin.site.index_title = gettext_lazy("Overview")


class BrandImageInput(forms.ClearableFileInput):
    """Shows the image that is kept by the address at which the portal serves it; private files have none of their own."""

    def is_initial(self, value: Any) -> bool:
        return bool(value)

    def format_value(self, value: Any) -> Any:
        return BrandImageLink(value) if value else None


class BrandImageLink:
    def __init__(self, image: FieldFile) -> None:
        self.url = getattr(image.instance, f"{image.field.name}_url")

    def __str__(self) -> str:
        return _("the image in use")


class SiteForm(forms.ModelForm[Site]):
    class Meta:
        model = Site
        fields = ("title", "tagline", "support_email", "logo", "logo_dark", "favicon", "primary_colour", "accent_colour")
        widgets = dict.fromkeys(("logo", "logo_dark", "favicon"), BrandImageInput) | {
            name: forms.TextInput(attrs={"type": "color"}) for name in ("primary_colour", "accent_colour")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in list(data.items()):
            if isinstance(value, UploadedFile):
                self._check(name, value)
        return data

    def _check(self, name: str, upload: UploadedFile[bytes]) -> None:
        try:
            validate_upload(upload)
        except ValidationError as error:
            self.add_error(name, error)


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin[Site]):
    """One row: its list leads straight to it."""

    form = SiteForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("admin:portal_site_change", Site.objects.the_one().pk)


class AllowedNetworkForm(forms.ModelForm[AllowedNetwork]):
    """Refuses a list that would shut out the person who edits it."""

    client_ip: str | None = None

    class Meta:
        model = AllowedNetwork
        fields = ("cidr", "note")

    def clean_cidr(self) -> str:
        cidr: str = self.cleaned_data["cidr"]
        validate_network(cidr)
        return cidr

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        others = AllowedNetwork.objects.exclude(pk=self.instance.pk)
        if "cidr" in data and not _lets_in(self.client_ip, [*others, AllowedNetwork(cidr=data["cidr"])]):
            raise ValidationError(
                _("Your own address, %(address)s, would be shut out. Add its network first.") % {"address": self.client_ip}
            )
        return data


def _lets_in(address: str | None, networks: list[AllowedNetwork]) -> bool:
    return not networks or (address is not None and any(ip_address(address) in allowed.network for allowed in networks))


@admin.register(AllowedNetwork)
class AllowedNetworkAdmin(admin.ModelAdmin[AllowedNetwork]):
    """While the list is empty, everybody may reach the portal."""

    form = AllowedNetworkForm
    list_display = ("cidr", "note", "created_at")
    search_fields = ("cidr", "note")

    def get_form(self, request: HttpRequest, obj: AllowedNetwork | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("AllowedNetworkForm", (form,), {"client_ip": cast("SiteRequest", request).client_ip})

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Refuse to delete what lets the editor in, be it one network or several at once, while others stay listed."""
        deleted, counts, refused, protected = super().get_deleted_objects(objs, request)
        others = list(AllowedNetwork.objects.exclude(pk__in=[network.pk for network in objs]))
        address = cast("SiteRequest", request).client_ip
        if not _lets_in(address, others):
            refused.add(_("the network of your own address, %(address)s") % {"address": address})
        return deleted, counts, refused, protected


class PageAccessRuleInline(admin.TabularInline[PageAccessRule, Page]):
    model = PageAccessRule
    extra = 0
    filter_horizontal = ("roles",)


@admin.register(Page)
class PageAdmin(admin.ModelAdmin[Page]):
    list_display = ("path", "title", "is_builtin", "readers")
    view_on_site = False  # staff see no customer pages
    search_fields = ("path", "title")
    readonly_fields = ("is_builtin",)
    inlines = (PageAccessRuleInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> list[str]:
        return ["path", "is_builtin"] if obj and obj.is_builtin else ["is_builtin"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("access_rules__roles")

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_builtin)

    @admin.display(description=gettext_lazy("restricted to"))
    def readers(self, page: Page) -> str:
        rules = [rule for rule in page.access_rules.all() if rule.right == PageAccessRule.Right.READ]
        return ", ".join(role.name for rule in rules for role in rule.roles.all())


@admin.register(WebLink)
class WebLinkAdmin(admin.ModelAdmin[WebLink]):
    list_display = ("label", "menu", "page", "url", "parent", "position")
    list_editable = ("position",)
    list_filter = ("menu",)
    list_select_related = ("page", "parent")


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin[Announcement]):
    list_display = ("title", "kind", "published_at", "expires_at")
    list_filter = ("kind",)
    search_fields = ("title", "body")
    filter_horizontal = ("audience",)

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        obj.write(form.cleaned_data["body"])
        super().save_model(request, obj, form, change)
