from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from knowledgebase.actions import archive_article, publish_article, unpublish_article, write_article
from knowledgebase.models import Article, ArticleFeedback, Category
from lib.admin_columns import moment
from lib.admin_pickers import PICKERS
from lib.admin_places import Place
from lib.admin_start import Figure


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    place = Place("content", 2, _("Article categories"), "folder")
    list_display = ["name", "description", "position"]
    list_editable = ["position"]
    search_fields = ["name", "description"]
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = PICKERS


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin[Article]):
    place = Place("content", 1, _("Articles"), "file-earmark-text")
    start_figures = (
        Figure(
            _("Draft articles"), 30, lambda _at: Article.objects.filter(status=Article.Status.DRAFT),
            "status__exact=draft", right="change",
        ),
    )  # fmt: skip
    list_display = [
        "title",
        "category",
        "status",
        moment("updated_at", _("changed")),
        "helpful",
        "not_helpful",
    ]
    list_filter = ["status", "category", "updated_at"]
    list_select_related = ["category"]
    search_fields = ["title", "body"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["category"]
    raw_id_fields = ["author"]
    readonly_fields = ["status", "published_at", "updated_at", "helpful", "not_helpful"]
    fields = ["title", "slug", "category", "summary", "body", "products", "author", *readonly_fields]
    actions = ["publish", "unpublish", "archive"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        votes = {
            "helpful": Count("feedback", Q(feedback__is_helpful=True)),
            "not_helpful": Count("feedback", Q(feedback__is_helpful=False)),
        }
        return (
            super()
            .get_queryset(request)
            .defer("search", "body_html")
            .annotate(**{f"{name}_count": count for name, count in votes.items()})
        )

    @admin.display(description=_("helpful"), ordering="helpful_count")
    def helpful(self, article: Any) -> int:
        return getattr(article, "helpful_count", 0)

    @admin.display(description=_("not helpful"), ordering="not_helpful_count")
    def not_helpful(self, article: Any) -> int:
        return getattr(article, "not_helpful_count", 0)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"author": request.user.pk, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        write_article(actor=Actor.staff(request), article=obj)  # type: ignore[arg-type]

    @admin.action(description=_("Publish selected articles"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        self._carry_out(request, queryset, publish_article)

    @admin.action(description=_("Move selected articles back to draft"), permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        self._carry_out(request, queryset, unpublish_article)

    @admin.action(description=_("Archive selected articles"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        self._carry_out(request, queryset, archive_article)

    def _carry_out(self, request: HttpRequest, queryset: QuerySet[Article], action: Any) -> None:
        articles = list(queryset)
        for article in articles:
            action(actor=Actor.staff(request), article=article)  # type: ignore[arg-type]
        done = ngettext("%(count)d article changed.", "%(count)d articles changed.", len(articles)) % {
            "count": len(articles)
        }
        self.message_user(request, done, messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "<int:pk>/preview/",
            self.admin_site.admin_view(self.preview),
            name="knowledgebase_article_preview",
        )
        return [preview, *super().get_urls()]

    def view_on_site(self, obj: Article) -> str:
        """Drafts too can be seen as readers would, so the button leads to the preview."""
        return reverse("admin:knowledgebase_article_preview", args=[obj.pk])

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        article = get_object_or_404(Article.objects.for_reading(None), pk=pk)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        edit_url = reverse("admin:knowledgebase_article_change", args=[pk])
        context = {"article": article, "is_preview": True, "edit_url": edit_url}
        return render(request, "knowledgebase/article_detail.html", context)


@admin.register(ArticleFeedback)
class ArticleFeedbackAdmin(admin.ModelAdmin[ArticleFeedback]):
    """What readers said, to be read only."""

    place = Place("content", 3, _("Article feedback"), "hand-thumbs-up")
    list_display = ["article", "is_helpful", "comment", "contact", moment("created_at", _("given"))]
    list_filter = ["is_helpful", "created_at", "article__category"]
    list_select_related = ["article", "contact"]
    search_fields = ["article__title", "comment", "contact__first_name", "contact__last_name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ArticleFeedback | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ArticleFeedback | None = None) -> bool:
        return False
