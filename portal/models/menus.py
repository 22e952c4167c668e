from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lib.addresses import validate_target
from portal.models.pages import Page


class WebLink(models.Model):
    """An entry of a menu. It is shown to those who may open what it points to; one that points nowhere is a
    heading."""

    class Menu(models.TextChoices):
        PRIMARY = "primary", _("Primary navigation")
        FOOTER = "footer", _("Footer")
        PROFILE = "profile", _("User menu")

    menu = models.CharField(_("menu"), max_length=10, choices=Menu, default=Menu.PRIMARY)
    label = models.CharField(_("label"), max_length=60)
    page = models.ForeignKey(
        Page,
        verbose_name=_("page"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="web_links",
    )
    url = models.CharField(
        _("address"), max_length=500, blank=True, validators=[validate_target],
        help_text=_(
            "Instead of a page: https://…, mailto:…, or an address in this portal such as "
            "/cases/?state=open."
        ),
    )  # fmt: skip
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent entry"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="children",
        limit_choices_to={"parent": None},
    )
    position = models.PositiveSmallIntegerField(_("position"), default=10)

    class Meta:
        verbose_name = _("menu entry")
        verbose_name_plural = _("menu entries")
        ordering = ["menu", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(page=None) | Q(url=""),
                name="portal_weblink_has_one_target",
                violation_error_message=_("Choose a page or enter an address, not both."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(page__isnull=False) | ~Q(url=""),
                name="portal_weblink_below_leads_somewhere",
                violation_error_message=_("An entry with a parent needs a page or an address."),
            ),
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="portal_weblink_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        super().clean()
        if self.parent is None:
            return
        if self.parent.menu != self.menu:
            raise ValidationError({"parent": _("The parent entry belongs to another menu.")})
        if self.parent.parent_id or self.parent.pk == self.pk or (self.pk and self.children.exists()):
            raise ValidationError(
                {"parent": _("Menus have two levels: an entry with a parent cannot have entries of its own.")}
            )


class WebLinkTranslation(models.Model):
    link = models.ForeignKey(
        WebLink, verbose_name=_("menu entry"), on_delete=models.CASCADE, related_name="translations"
    )
    language = models.CharField(_("language"), max_length=10)
    label = models.CharField(_("label"), max_length=60)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "language"], name="portal_weblinktranslation_once_a_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.language})"
