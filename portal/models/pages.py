from datetime import datetime
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Collate, JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.models import WebRole
from lib import markdown
from lib.paths import is_path

SLUG = r"[a-z0-9][a-z0-9-]*"
LONGEST_PATH = 200
validate_slug = RegexValidator(
    rf"\A{SLUG}\Z", _("Use lowercase letters, digits, and hyphens, for example opening-hours.")
)


def validate_path(path: str) -> None:
    if not is_path(path):
        raise ValidationError(
            _(
                "A path must begin and end with / and contain only letters, digits, and hyphens between "
                "slashes, for example /help/returns/."
            )
        )


TREE_ORDER = Collate("path", "C")
"""Each page is followed by those below it, whatever the collation of the database makes of slashes."""


class PageQuerySet(models.QuerySet["Page"]):
    def in_tree_order(self) -> Self:
        return self.order_by(TREE_ORDER)

    def branch_of(self, page: "Page") -> Self:
        """The page, as it is stored, and everything below it."""
        stored = Page.objects.filter(pk=page.pk).values_list("path", flat=True).first()
        return self.filter(path__startswith=stored) if stored else self.none()

    def with_texts(self) -> Self:
        """Load the texts of the other languages in the same query, as ``other_texts``."""
        texts = PageTranslation.objects.filter(page=OuterRef("pk"))
        row = JSONObject(language="language", body_html="body_html")
        return self.annotate(other_texts=ArraySubquery(texts.order_by().values(row=row)))


class Page(models.Model):
    """A page that administrators write, or the address of a part of the portal itself, which they name,
    restrict and put into menus.

    The tree is that of the paths: a page's path is its parent's and its slug, kept in step by
    portal.actions.pages. ``record_type`` names the records that a built-in page shows; menus offer it only to
    readers of such records.
    """

    class Template(models.TextChoices):
        STANDARD = "standard", _("Standard: text in a readable column")
        SECTION = "section", _("Section: text, followed by its subpages as cards")
        WIDE = "wide", _("Wide: text across the full width, for tables")

    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent page"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    slug = models.CharField(
        _("address"), max_length=LONGEST_PATH, blank=True, validators=[validate_slug],
        help_text=_(
            "The last part of the page's address, for example opening-hours. If blank, it is created from "
            "the title."
        ),
    )  # fmt: skip
    path = models.CharField(
        _("path"), max_length=LONGEST_PATH, unique=True, editable=False, validators=[validate_path]
    )
    title = models.CharField(_("title"), max_length=100)
    body = models.TextField(
        _("text"),
        blank=True,
        help_text=_("Markdown. Headings begin with ##. [[opening-hours]] inserts the text with that name."),
    )
    body_html = models.TextField(editable=False, blank=True)
    template = models.CharField(_("template"), max_length=10, choices=Template, default=Template.STANDARD)
    is_draft = models.BooleanField(
        _("draft"),
        default=False,
        help_text=_("Only people who may preview drafts can find this page and its subpages."),
    )
    published_from = models.DateTimeField(_("published from"), null=True, blank=True)
    published_until = models.DateTimeField(_("published until"), null=True, blank=True)
    hidden_from_menus = models.BooleanField(
        _("hidden from menus"),
        default=False,
        help_text=_("Also hides the page from the cards of its parent page."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=10, help_text=_("Order among the cards of the parent page, lowest first.")
    )
    is_builtin = models.BooleanField(_("built-in"), default=False, editable=False)
    record_type = models.CharField(_("records shown"), max_length=30, blank=True, editable=False)

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(path__regex=rf"^/({SLUG}/)*$"), name="portal_page_path_is_written_in_one_way"
            ),
            models.CheckConstraint(
                condition=Q(path="/", parent=None, slug="")
                | (~Q(path="/") & Q(parent__isnull=False) & ~Q(slug="")),
                name="portal_page_root_alone_has_no_parent",
            ),
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="portal_page_is_not_its_own_parent"),
            models.UniqueConstraint(fields=["parent", "slug"], name="portal_page_slug_once_below_a_page"),
            models.CheckConstraint(
                condition=Q(published_from=None)
                | Q(published_until=None)
                | Q(published_until__gt=F("published_from")),
                name="portal_page_published_until_after_from",
                violation_error_message=_("The end of publication cannot be before its start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.path})"

    def get_absolute_url(self) -> str:
        return self.path

    @property
    def depth(self) -> int:
        """0 for the root."""
        return self.path.count("/") - 1

    def place(self) -> None:
        """Set the path to what parent and slug say. A built-in page stays where the portal serves it."""
        if self.parent and not self.is_builtin:
            self.path = f"{self.parent.path}{self.slug}/"

    def render(self) -> None:
        self.body_html = markdown.render_page(self.body)


class PageTranslation(models.Model):
    """A page's title and text in a further language. What is empty here is shown as the page itself has
    it."""

    page = models.ForeignKey(
        Page, verbose_name=_("page"), on_delete=models.CASCADE, related_name="translations"
    )
    language = models.CharField(_("language"), max_length=10)
    title = models.CharField(_("title"), max_length=100, blank=True)
    body = models.TextField(_("text"), blank=True)
    body_html = models.TextField(editable=False, blank=True)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "language"], name="portal_pagetranslation_once_a_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page} ({self.language})"

    def render(self) -> None:
        self.body_html = markdown.render_page(self.body)


class PageAccessRule(models.Model):
    """Who may open a page and everything below it ("restrict read"), or who may preview drafts there.

    Read rules narrow: a reader must hold a role of the rule of every page from the root down, or from the
    nearest page whose rule ``reopens`` its branch. The right to preview adds up along the branch, and never
    implies the right to read.
    """

    class Right(models.TextChoices):
        READ = "read", _("Restrict read")
        PREVIEW = "preview", _("May preview drafts")

    page = models.ForeignKey(
        Page, verbose_name=_("page"), on_delete=models.CASCADE, related_name="access_rules"
    )
    right = models.CharField(_("right"), max_length=10, choices=Right, default=Right.READ)
    roles = models.ManyToManyField(WebRole, verbose_name=_("web roles"), related_name="page_access_rules")
    reopens = models.BooleanField(
        _("reopen this branch"),
        default=False,
        help_text=_("Rules of parent pages do not apply here and below."),
    )

    class Meta:
        verbose_name = _("page access rule")
        verbose_name_plural = _("page access rules")
        constraints = [
            models.UniqueConstraint(
                fields=["page", "right"],
                name="portal_pageaccessrule_once_a_right",
                violation_error_message=_(
                    "A page can have one rule per right. Add the roles to the existing rule."
                ),
            ),
            models.CheckConstraint(
                condition=Q(right="read") | Q(reopens=False),
                name="portal_pageaccessrule_only_reading_reopens",
                violation_error_message=_("Only a rule that restricts reading can reopen its branch."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_right_display()}: {self.page}"


def is_published(now: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since <= now) and (until is None or now < until)
