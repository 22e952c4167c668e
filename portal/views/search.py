from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.visitors import open_to_visitors
from cases.models import Case
from forums.models import Topic
from invoices.models import Invoice
from knowledgebase.models import Article
from portal.http import SiteRequest

ARTICLES, OTHERS = 10, 5


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=200)


@dataclass(frozen=True)
class Group:
    """Hits of one kind."""

    heading: str
    icon: str
    hits: list[dict[str, Any]]


@open_to_visitors("article", "forum")
@require_safe
def search(request: SiteRequest) -> HttpResponse:
    """One box over everything that the reader may see; each kind is asked through its own record gate."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    groups = [group for group in _groups(request, words) if group.hits] if words else []
    return render(request, "portal/search.html", {"words": words, "groups": groups})


def _groups(request: SiteRequest, words: str) -> list[Group]:
    contact = request.contact
    articles = Article.objects.visible_to(contact).search(words)[:ARTICLES]
    cases = Case.objects.visible_to(contact).matching(words)[:OTHERS]
    topics = Topic.objects.visible_to(contact).select_related("forum").filter(title__icontains=words)[:OTHERS]
    invoices = Invoice.objects.visible_to(contact).matching(words)[:OTHERS]
    groups = {
        "knowledgebase:list": Group(_("Articles"), "file-earmark-text", [_hit(a.title, a, html=a.snippet) for a in articles]),
        "cases:list": Group(
            _("Cases"), "life-preserver", [_hit(c.subject, c, text=f"{c.number} · {c.status_for_customer}") for c in cases]
        ),
        "forums:list": Group(_("Discussions"), "chat-square-text", [_hit(t.title, t, text=t.forum.name) for t in topics]),
        "invoices:list": Group(_("Invoices"), "receipt", [_hit(str(i.number), i, text=i.purchase_order) for i in invoices]),
    }
    return [group for page, group in groups.items() if request.configuration.may_open(reverse(page), contact)]


def _hit(title: str, record: Any, *, text: str = "", html: str = "") -> dict[str, Any]:
    return {"title": title, "url": record.get_absolute_url(), "text": text, "html": html}
