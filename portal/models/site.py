import uuid
from pathlib import Path

from django.core.validators import FileExtensionValidator, RegexValidator
from django.db import models
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib.colour import readable_variants, text_on
from lib.one_row import OneRowQuerySet
from lib.uploads import opaque_path

validate_colour = RegexValidator(
    r"\A#[0-9a-fA-F]{6}\Z", _("Enter a color as # and six hexadecimal digits, for example #0b5563.")
)
validate_logo = FileExtensionValidator(["png", "jpg", "jpeg", "webp"])


class ConfigurationRevision(models.Model):
    """One row whose value changes with every change of a configuration table (a database trigger sees to it).

    Each web process keeps the configuration in memory and reads only this row; see portal.site.configuration.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="portal_configurationrevision_is_one_row")
        ]

    def __str__(self) -> str:
        return str(self.value)


class Site(models.Model):
    """The portal's name and look. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    title = models.CharField(_("title"), max_length=80, default="Customer portal")
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    support_email = models.EmailField(_("support email"), blank=True)
    logo = models.FileField(_("logo"), upload_to=opaque_path, blank=True, validators=[validate_logo])
    logo_dark = models.FileField(
        _("logo on dark background"), upload_to=opaque_path, blank=True, validators=[validate_logo]
    )
    favicon = models.FileField(_("favicon"), upload_to=opaque_path, blank=True, validators=[validate_logo])
    primary_colour = models.CharField(
        _("primary color"), max_length=7, default="#0b5563", validators=[validate_colour]
    )
    accent_colour = models.CharField(
        _("accent color"), max_length=7, default="#c2622d", validators=[validate_colour]
    )

    objects = OneRowQuerySet["Site"].as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("site")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="portal_site_is_one_row")]

    def __str__(self) -> str:
        return self.title

    @property
    def text_on_primary(self) -> str:
        return text_on(self.primary_colour)

    @property
    def logo_url(self) -> str:
        return _address("logo", self.logo)

    @property
    def logo_dark_url(self) -> str:
        return _address("logo-dark", self.logo_dark)

    @property
    def favicon_url(self) -> str:
        return _address("favicon", self.favicon)

    @property
    def brand_css(self) -> str:
        """The brand stylesheet: CSS variables, adjusted where the chosen colours would be hard to read."""
        variables = readable_variants(self.primary_colour) | {"--accent": self.accent_colour}
        return ":root{" + "".join(f"{name}:{value};" for name, value in variables.items()) + "}"


def _address(which: str, image: FieldFile) -> str:
    """Where browsers get an image, which they keep for ever: another file has another address."""
    return f"{reverse('brand_image', args=[which])}?v={Path(image.name or '').stem}" if image else ""
