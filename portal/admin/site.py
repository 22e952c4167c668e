import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.admin_parts import Admin, AdminPage, AdminPart, ComposedAdmin, show
from lib.admin_places import Place
from lib.admin_start import Warned
from lib.colour import readable_variants
from lib.uploads import validate_upload
from portal.models import Site
from portal.models.site import validate_colour
from portal.site.http import SiteRequest

IS_COLOUR = re.compile(r"\A#[0-9a-fA-F]{6}\Z")


class BrandImageInput(forms.ClearableFileInput):
    """Shows the image that is kept by the address at which the portal serves it; private files have none of
    their own."""

    def is_initial(self, value: Any) -> bool:
        return bool(value)

    def format_value(self, value: Any) -> Any:
        return BrandImageLink(value) if value else None


class BrandImageLink:
    def __init__(self, image: FieldFile) -> None:
        self.url = getattr(image.instance, f"{image.field.name}_url")

    def __str__(self) -> str:
        return _("current image")


class SiteForm(forms.ModelForm[Site]):
    class Meta:
        model = Site
        fields = (
            "title",
            "tagline",
            "support_email",
            "logo",
            "logo_dark",
            "favicon",
            "primary_colour",
            "accent_colour",
        )
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


@dataclass(frozen=True)
class Brand:
    """What the preview of a brand shows. ``notes``: what is shown otherwise than it was chosen, and why."""

    title: str
    tagline: str
    css_url: str
    notes: tuple[str, ...]

    @classmethod
    def of(cls, site: Site) -> "Brand":
        colours = {"primary": site.primary_colour, "accent": site.accent_colour}
        address = f"{reverse('admin:portal_site_preview_css')}?{urlencode(colours)}"
        return cls(site.title, site.tagline, address, tuple(_adjusted(site.primary_colour)))


def _adjusted(colour: str) -> Iterator[str]:
    shown = readable_variants(colour)
    if shown["--brand-link-light"] != colour:
        yield _("Links are darker than this color in the light theme, so that everyone can read them.")
    if shown["--brand-link-dark"] != colour:
        yield _("Links are lighter than this color in the dark theme, so that everyone can read them.")


def _typed(request: HttpRequest) -> Site:
    """The brand as it is, with what was typed and is right."""
    site, form = Site.objects.stored(), PreviewForm(request.POST)
    form.is_valid()
    for name, value in form.cleaned_data.items():
        setattr(site, name, value)
    return site


class PreviewForm(forms.Form):
    title = forms.CharField(max_length=80)
    tagline = forms.CharField(max_length=160, required=False)
    primary_colour = forms.CharField(validators=[validate_colour])
    accent_colour = forms.CharField(validators=[validate_colour])


def preview_view(model_admin: Admin, request: HttpRequest) -> HttpResponse:
    """What is in the form on the screen, in both themes. Nothing is stored."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    brand = Brand.of(_typed(request))
    return show(model_admin, request, "admin/portal/site/preview.html", title=_("Preview"), brand=brand)


def preview_css_view(model_admin: Admin, request: HttpRequest) -> HttpResponse:
    """The variables of a brand, for the preview alone."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    site = Site.objects.stored()
    primary, accent = (
        chosen if IS_COLOUR.match(chosen := request.GET.get(name, "")) else kept
        for name, kept in (("primary", site.primary_colour), ("accent", site.accent_colour))
    )
    variables = readable_variants(primary) | {"--accent": accent}
    lines = "".join(f"{name}:{value};" for name, value in variables.items())
    return HttpResponse(f".brand-preview{{{lines}}}", content_type="text/css; charset=utf-8")


PREVIEW = AdminPart(
    pages=(
        AdminPage("preview", "preview/", preview_view, ("POST",)),
        AdminPage("preview_css", "preview.css", preview_css_view, ("GET", "HEAD")),
    ),
    beside=lambda _admin, _request, site: {"brand": Brand.of(site)},
)


@admin.register(Site)
class SiteAdmin(ComposedAdmin[Site]):
    """One row: its list leads straight to it."""

    place = Place("settings", 1, gettext_lazy("Branding"), "eyedropper")
    start_warnings = (
        Warned(
            gettext_lazy("The portal has no logo yet."),
            lambda request, _none: not cast("SiteRequest", request).configuration.site.logo_url,
        ),
        Warned(
            gettext_lazy("The portal's address is not https: others on the network can read its traffic."),
            lambda _request, _none: not settings.IS_HTTPS,
        ),
    )
    form = SiteForm
    parts = (PREVIEW,)
    change_form_template = "admin/portal/site/change_form.html"
    fieldsets = (
        (gettext_lazy("Name"), {"fields": ("title", "tagline", "support_email")}),
        (gettext_lazy("Colors"), {"fields": ("primary_colour", "accent_colour")}),
        (gettext_lazy("Images"), {"fields": ("logo", "logo_dark", "favicon")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:portal_site_change", Site.objects.stored().pk)
