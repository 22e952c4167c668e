from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.admin_places import Place
from lib.uploads import validate_upload
from portal.models import Site


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


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin[Site]):
    """One row: its list leads straight to it."""

    place = Place("settings", 1, gettext_lazy("Branding"), "eyedropper")
    form = SiteForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:portal_site_change", Site.objects.stored().pk)
