from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Contact
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


@require_safe
def search(request: SiteRequest) -> HttpResponse:
    """One box over everything that the reader may see; each kind is asked through its own record gate."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    groups = [group for group in _groups(request.contact, words) if group.hits] if words else []
    return render(request, "portal/search.html", {"words": words, "groups": groups})


def _groups(contact: Contact | None, words: str) -> list[Group]:
    articles = Article.objects.visible_to(contact).search(words)[:ARTICLES]
    cases = Case.objects.visible_to(contact).matching(words)[:OTHERS]
    topics = Topic.objects.visible_to(contact).select_related("forum").filter(title__icontains=words)[:OTHERS]
    invoices = Invoice.objects.visible_to(contact).matching(words)[:OTHERS]
    return [
        Group(_("Articles"), "file-earmark-text", [_hit(a.title, a, html=a.snippet) for a in articles]),
        Group(_("Cases"), "life-preserver", [_hit(c.subject, c, text=f"{c.number} · {c.status_for_customer}") for c in cases]),
        Group(_("Discussions"), "chat-square-text", [_hit(t.title, t, text=t.forum.name) for t in topics]),
        Group(_("Invoices"), "receipt", [_hit(str(i.number), i, text=i.purchase_order) for i in invoices]),
    ]


def _hit(title: str, record: Any, *, text: str = "", html: str = "") -> dict[str, Any]:
    return {"title": title, "url": record.get_absolute_url(), "text": text, "html": html}
