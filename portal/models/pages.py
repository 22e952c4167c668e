from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WebRole
from portal.lib.paths import is_path, normalize


def validate_path(path: str) -> None:
    if not is_path(path):
        raise ValidationError(
            _("A path begins and ends with / and has letters, digits and hyphens between slashes, for example /help/returns/.")
        )


class Page(models.Model):
    """An address of the portal that administrators can name, restrict and put into menus.

    Built-in features have pages too, so that access is ruled in one place; ``record_type`` names the records they show,
    and menus offer them only to readers of such records. The tree is that of the paths: /cases/ is above /cases/new/.
    """

    path = models.CharField(_("path"), max_length=200, unique=True, validators=[validate_path])
    title = models.CharField(_("title"), max_length=100)
    is_builtin = models.BooleanField(_("built-in"), default=False, editable=False)
    record_type = models.CharField(_("records shown"), max_length=30, blank=True, editable=False)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["path"]

    def __str__(self) -> str:
        return f"{self.title} ({self.path})"

    def get_absolute_url(self) -> str:
        return self.path

    def clean(self) -> None:
        super().clean()
        self.path = normalize(self.path)


class PageAccessRule(models.Model):
    """Who may open a page and everything below it ("restrict read"), or who may change it.

    Rules narrow: a reader must satisfy the rule of every page from the root down. The right to change a page never
    implies the right to read it.
    """

    class Right(models.TextChoices):
        READ = "read", _("Restrict read")
        CHANGE = "change", _("Grant change")

    page = models.ForeignKey(Page, verbose_name=_("page"), on_delete=models.CASCADE, related_name="access_rules")
    right = models.CharField(_("right"), max_length=10, choices=Right, default=Right.READ)
    roles = models.ManyToManyField(WebRole, verbose_name=_("web roles"), related_name="page_access_rules")

    class Meta:
        verbose_name = _("page access rule")
        verbose_name_plural = _("page access rules")
        constraints = [models.UniqueConstraint(fields=["page", "right"], name="portal_pageaccessrule_once_a_right")]

    def __str__(self) -> str:
        return f"{self.get_right_display()}: {self.page}"


class WebLink(models.Model):
    """An entry of a menu. It is shown to those who may open what it points to."""

    class Menu(models.TextChoices):
        PRIMARY = "primary", _("Primary navigation")
        FOOTER = "footer", _("Footer")
        PROFILE = "profile", _("Person menu")

    menu = models.CharField(_("menu"), max_length=10, choices=Menu, default=Menu.PRIMARY)
    label = models.CharField(_("label"), max_length=60)
    page = models.ForeignKey(Page, verbose_name=_("page"), null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    url = models.URLField(_("address"), blank=True, help_text=_("Instead of a page: a link to another site."))
    parent = models.ForeignKey(
        "self", verbose_name=_("below"), null=True, blank=True, on_delete=models.CASCADE, related_name="children",
        limit_choices_to={"parent": None},
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=10)

    class Meta:
        verbose_name = _("web link")
        verbose_name_plural = _("web links")
        ordering = ["menu", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(page__isnull=False, url="") | (models.Q(page__isnull=True) & ~models.Q(url="")),
                name="portal_weblink_has_one_target",
                violation_error_message=_("Choose a page or write an address, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        super().clean()
        if self.parent and self.parent.menu != self.menu:
            raise ValidationError({"parent": _("The entry above belongs to another menu.")})
