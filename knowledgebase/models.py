from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchRank, SearchVectorField
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, User, WebRole
from accounts.permissions.audiences import is_meant_for
from accounts.scoping import Permitted, RecordType, ScopedQuerySet, can
from knowledgebase.headings import Section, sections
from knowledgebase.snippets import passage, with_hits
from lib.search import any_word, vector_of
from records.models.marking import mute_of

TOP_ARTICLES = 5
RELATED_ARTICLES = 4
RELATED_CANDIDATES = 12
RANK_WEIGHTS = [0.3, 0.3, 0.3, 1.0]
"""Of a word in the body (D), ..., and in the title (A)."""


class CategoryQuerySet(models.QuerySet["Category"]):
    def meant_for(self, contact: Permitted | None) -> Self:
        """Categories for everyone, and those whose audience ``contact`` belongs to."""
        audience = Category.audience.through.objects.filter(category=OuterRef("pk"))
        return self.filter(is_meant_for(contact, audience))

    def visible_to(self, contact: Permitted | None) -> Self:
        return self.meant_for(contact) if can(contact, "read", Article) else self.none()

    def with_top_articles(self, contact: Permitted | None) -> Self:
        """Load the latest visible articles of each category in the same query, as ``top_articles`` (title and
        slug)."""
        articles = Article.objects.visible_to(contact).filter(category=OuterRef("pk")).latest_first()
        return self.annotate(
            top_articles=ArraySubquery(
                articles[:TOP_ARTICLES].values(row=JSONObject(title="title", slug="slug"))
            )
        )


class Category(models.Model):
    """A shelf of articles. Its audience narrows who sees them, below what record permissions allow."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=250, blank=True)
    icon = models.SlugField(
        _("icon"),
        max_length=50,
        db_index=False,
        default="book",
        help_text=_("Icon name, for example: book, tools, rocket-takeoff."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    audience = models.ManyToManyField(
        WebRole, verbose_name=_("audience"), blank=True, related_name="+",
        help_text=_(
            "Roles that can see this category and its articles. If none are chosen, everyone who may read "
            "articles can."
        ),
    )  # fmt: skip

    objects = CategoryQuerySet.as_manager()

    top_articles: list[dict[str, str]]
    """Loaded by ``with_top_articles``."""

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("knowledgebase:category", args=[self.slug])


class EnclosingArticle:
    """Stands for the article of the enclosing query, as OuterRef does for one of its columns."""

    pk = OuterRef("pk")
    category_id = OuterRef("category")


class ArticleQuerySet(ScopedQuerySet["Article"]):
    def published(self) -> Self:
        return self.filter(status=Article.Status.PUBLISHED)

    def visible_to(self, contact: Permitted | None) -> Self:
        """Published articles in categories that are meant for ``contact``, if any role permits to read
        articles."""
        categories = Category.objects.meant_for(contact)
        return super().visible_to(contact).published().filter(category__in=categories).defer("search")

    def latest_first(self) -> Self:
        return self.order_by("-updated_at", "-pk")

    def without_text(self) -> Self:
        """For lists, which show title and summary only."""
        return self.defer("search", "body", "body_html")

    def search(self, text: str) -> Self:
        """Articles with any of the words, the best first, each with a ``snippet``. To be cut to the rows that
        are shown."""
        query = any_word(text)
        if query is None:
            return self.none()
        rank = SearchRank(models.F("search"), query, weights=RANK_WEIGHTS, normalization=1)
        found = self.filter(search=query).annotate(rank=rank, marked_html=with_hits("body_html", query))
        return found.without_text().order_by("-rank", "pk")

    def related_to(self, article: "Article | EnclosingArticle") -> Self:
        """The others of the same category, the latest first."""
        return self.filter(category=article.category_id).exclude(pk=article.pk).latest_first()

    def for_reading(self, contact: Contact | None) -> Self:
        """Load all that an article's page shows in one query: related articles and the reader's own feedback
        too."""
        related = Article.objects.visible_to(contact).related_to(EnclosingArticle())[:RELATED_CANDIDATES]
        feedback = ArticleFeedback.objects.filter(article=OuterRef("pk"), contact=contact)
        follow = {"is_muted": mute_of(contact, Article.record_type.name)} if contact else {}
        return (
            self.select_related("category")
            .defer("search", "body")
            .annotate(
                related_candidates=ArraySubquery(
                    related.values(row=JSONObject(title="title", slug="slug", products="products"))
                ),
                own_feedback=models.Subquery(
                    feedback.values(row=JSONObject(is_helpful="is_helpful", comment="comment"))[:1]
                ),
                **follow,
            )
        )


class Article(models.Model):
    """An answer written once for many. Written through actions, which keep what is derived from the text in
    step."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    record_type = RecordType(
        "article",
        _("Articles"),
        through=_(
            "Published articles in categories whose audience includes the reader. Categories follow the "
            "same rule."
        ),
    )

    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="articles"
    )
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=200, unique=True)
    summary = models.CharField(
        _("summary"), max_length=300, blank=True, help_text=_("One sentence, shown in lists.")
    )
    body = models.TextField(_("text"), help_text=_("Markdown. Headings begin with ##."))
    body_html = models.TextField(_("HTML"), editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)
    author = models.ForeignKey(
        User, verbose_name=_("author"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        limit_choices_to={"is_staff": True},
    )  # fmt: skip
    products = ArrayField(
        models.CharField(max_length=50), verbose_name=_("products"), default=list, blank=True,
        help_text=_("Comma-separated, for example: Beacon, Tidegate"),
    )  # fmt: skip
    title_length = models.PositiveIntegerField(_("words in the title"), default=0, editable=False)
    body_length = models.PositiveIntegerField(_("words in the text"), default=0, editable=False)
    search = models.GeneratedField(
        expression=vector_of("title", "A") + vector_of("body", "D"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ArticleQuerySet.as_manager()

    marked_html: str
    """Loaded by ``search``."""
    related_candidates: list[dict[str, Any]] | None
    own_feedback: dict[str, Any] | None
    is_muted: bool | None
    """Loaded by ``for_reading``."""

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-updated_at", "-id"]
        indexes = [
            models.Index(
                fields=["-updated_at", "-id"],
                name="knowledgebase_article_latest",
                condition=models.Q(status="published"),
            ),
            models.Index(
                fields=["category", "-updated_at", "-id"],
                name="knowledgebase_article_category",
                condition=models.Q(status="published"),
            ),
            GinIndex(fields=["search"], name="knowledgebase_article_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(slug="category"),
                name="knowledgebase_article_slug_is_not_taken_by_categories",
                violation_error_message=_("This address is reserved for categories."),
            ),
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="knowledgebase_article_published_has_a_date",
                violation_error_message=_("A published article must have a publication date."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("knowledgebase:detail", args=[self.slug])

    @property
    def topics(self) -> list[str]:
        return [self.category.name, *self.products]

    @property
    def snippet(self) -> SafeString:
        """The passage with the words that were searched for, as safe HTML; the summary if only the title has
        them."""
        return passage(self.marked_html) or escape(self.summary)

    @cached_property
    def sections(self) -> list[Section]:
        return sections(self.body_html)

    @cached_property
    def related(self) -> list[dict[str, Any]]:
        """Title and slug of the articles to read next: those about the same products before the rest of the
        category."""
        return sorted(self.related_candidates or (), key=self._is_about_other_products)[:RELATED_ARTICLES]

    def _is_about_other_products(self, candidate: dict[str, Any]) -> bool:
        return not set(self.products) & set(candidate["products"])

    def publish(self, at: datetime) -> None:
        """Readers see it from now on. The date of the first publication stays."""
        self.status = self.Status.PUBLISHED
        self.published_at = self.published_at or at
        self.updated_at = max(self.updated_at, self.published_at)
        self.save(update_fields=["status", "published_at", "updated_at"])

    def take_back(self, status: Status) -> None:
        """Readers no longer see it: back to a draft, or into the archive."""
        self.status = status
        self.save(update_fields=["status"])


class ArticleFeedback(models.Model):
    """Whether an article helped one contact: their latest word on it."""

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="feedback"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="+"
    )
    is_helpful = models.BooleanField(_("helpful"))
    comment = models.TextField(_("comment"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("article feedback")
        verbose_name_plural = _("article feedback")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "contact"], name="knowledgebase_articlefeedback_once_a_contact"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article}: {self.contact}"
