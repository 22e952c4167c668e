from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.page_rights import only_for
from accounts.permissions.visitors import open_to_visitors, sign_in_url
from knowledgebase.actions import give_feedback
from knowledgebase.forms import FeedbackForm, SearchForm
from knowledgebase.models import Article, Category
from knowledgebase.surface import ARTICLES
from lib.paging import paginate
from records.display.following import follow_button
from records.offers import help_offered

RECENT_ARTICLES = 6
SEARCH_RESULTS = 20


@open_to_visitors("article")
@require_safe
@only_for("read", Article)
def article_list(request: PortalRequest) -> HttpResponse:
    """The help centre's front page, or with ``?q=`` the articles that were found."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    articles = Article.objects.visible_to(request.contact).select_related("category").without_text()
    categories = Category.objects.visible_to(request.contact).with_top_articles(request.contact)
    context = {
        "form": form,
        "words": words,
        "results": articles.search(words)[:SEARCH_RESULTS] if words else [],
        "categories": [] if words else [category for category in categories if category.top_articles],
        "recent": articles.latest_first()[:RECENT_ARTICLES],
        "help": help_offered(request),
    }
    return render(request, "knowledgebase/article_list.html", context)


@open_to_visitors("article")
@require_safe
def category_detail(request: PortalRequest, slug: str) -> HttpResponse:
    categories = list(Category.objects.visible_to(request.contact))
    category = next((category for category in categories if category.slug == slug), None)
    if category is None:
        raise Http404
    articles = Article.objects.visible_to(request.contact).filter(category=category).without_text()
    context = {
        "category": category,
        "crumbs": crumbs(),
        "categories": [_link(other, is_current=other == category) for other in categories],
        "page": paginate(articles, by="updated_at", query=request.GET),
    }
    return render(request, "knowledgebase/category_detail.html", context)


def _link(category: Category, *, is_current: bool) -> dict[str, object]:
    return {"label": category.name, "url": category.get_absolute_url(), "is_current": is_current}


@open_to_visitors("article")
@require_safe
def article_detail(request: PortalRequest, slug: str) -> HttpResponse:
    article = _readable_article(request, slug)
    return _article_page(request, article, FeedbackForm(initial=article.own_feedback))


@require_POST
def feedback(request: PortalRequest, slug: str) -> HttpResponse:
    article = _readable_article(request, slug)
    if request.contact is None:
        raise PermissionDenied
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _article_page(request, article, form)
    give_feedback(actor=Actor.of(request), contact=request.contact, article=article, **form.cleaned_data)
    messages.success(request, _("Thank you. Your feedback helps us improve this article."))
    return redirect(f"{article.get_absolute_url()}#feedback")


def _readable_article(request: PortalRequest, slug: str) -> Article:
    return get_object_or_404(
        Article.objects.visible_to(request.contact).for_reading(request.contact), slug=slug
    )


def _article_page(request: PortalRequest, article: Article, form: FeedbackForm) -> HttpResponse:
    context = {
        "article": article,
        "crumbs": crumbs(article.category),
        "form": form,
        "follow": follow_button(ARTICLES, article, request.contact) if request.contact else None,
        "asks_for_feedback": request.contact is not None,
        "sign_in_url": sign_in_url(request),
        "help": help_offered(request),
    }
    return render(request, "knowledgebase/article_detail.html", context)


def crumbs(*categories: Category) -> list[tuple[str, str]]:
    """The way up from a category or an article."""
    above = [(category.name, category.get_absolute_url()) for category in categories]
    return [(_("Knowledge base"), reverse("knowledgebase:list")), *above]
