from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Contact
from accounts.offers import may_go_to, may_open_case
from accounts.permissions.visitors import open_to_visitors
from cases.models import Case
from forums.models import Topic
from invoices.models import Invoice
from knowledgebase.models import Article
from portal.site.http import SiteRequest

ARTICLES, OTHERS = 10, 5
SUGGESTED_ARTICLES, SUGGESTED_OTHERS = 5, 3
FEWEST_LETTERS = 3
"""Before anything is suggested."""


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=200)


class SuggestForm(SearchForm):
    """``for``: what the reader is about to do, a case to open or nothing in particular."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["for"] = forms.CharField(required=False, max_length=10)


@dataclass(frozen=True)
class HitGroup:
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
    context = {"words": words, "groups": groups, "can_open_case": may_open_case(request)}
    return render(request, "portal/search.html", context)


@require_safe
def search_suggest(request: SiteRequest) -> HttpResponse:
    """What may answer the reader while they type: for htmx a list, otherwise a page with the same list to
    look at before a case is opened."""
    form = SuggestForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    groups = (
        [group for group in _suggestions(request, words) if group.hits]
        if len(words) >= FEWEST_LETTERS
        else []
    )
    context = {
        "words": words,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "is_for_case": form.is_valid() and form.cleaned_data["for"] == "case",
        "can_open_case": may_open_case(request),
        "new_case_query": urlencode({"subject": words, "form": "yes"}),
    }
    return render(request, "portal/_suggestions.html" if request.htmx else "portal/suggestions.html", context)


def _suggestions(request: SiteRequest, words: str) -> list[HitGroup]:
    contact = request.contact
    articles = Article.objects.visible_to(contact).search(words)[:SUGGESTED_ARTICLES]
    topics = Topic.objects.visible_to(contact).select_related("forum").alike(words)[:SUGGESTED_OTHERS]
    own_cases = Case.objects.visible_to(contact).filter(account=contact.account_id if contact else None)
    cases = own_cases.select_related("status", "contact").alike(words)[:SUGGESTED_OTHERS]
    groups = {
        "cases:list": HitGroup(_("Open cases"), "life-preserver", [_open_case(c, contact) for c in cases]),
        "knowledgebase:list": HitGroup(
            _("Articles"), "file-earmark-text", [_hit(a.title, a, html=a.snippet) for a in articles]
        ),
        "forums:list": HitGroup(
            _("Discussions"), "chat-square-text", [_hit(t.title, t, text=t.forum.name) for t in topics]
        ),
    }
    return [group for page, group in groups.items() if may_go_to(request, reverse(page))]


def _open_case(case: Case, contact: Contact | None) -> dict[str, Any]:
    """A colleague's case can be followed instead of opening another one."""
    is_own = contact is not None and case.contact_id == contact.pk
    follow_url = "" if is_own else reverse("cases:follow", args=[case.number])
    return {**_case_hit(case, contact), "is_case": True, "follow_url": follow_url}


def _groups(request: SiteRequest, words: str) -> list[HitGroup]:
    contact = request.contact
    articles = Article.objects.visible_to(contact).search(words)[:ARTICLES]
    cases = Case.objects.visible_to(contact).select_related("status", "contact").matching(words)[:OTHERS]
    topics = Topic.objects.visible_to(contact).select_related("forum").matching(words)[:OTHERS]
    invoices = Invoice.objects.visible_to(contact).matching(words)[:OTHERS]
    groups = {
        "knowledgebase:list": HitGroup(
            _("Articles"), "file-earmark-text", [_hit(a.title, a, html=a.snippet) for a in articles]
        ),
        "cases:list": HitGroup(_("Cases"), "life-preserver", [_case_hit(c, contact) for c in cases]),
        "forums:list": HitGroup(
            _("Discussions"), "chat-square-text", [_hit(t.title, t, text=t.forum.name) for t in topics]
        ),
        "invoices:list": HitGroup(
            _("Invoices"), "receipt", [_hit(str(i.number), i, text=i.purchase_order) for i in invoices]
        ),
    }
    return [group for page, group in groups.items() if may_go_to(request, reverse(page))]


def _case_hit(case: Case, contact: Contact | None) -> dict[str, Any]:
    status = case.status_for(contact) if contact else case.status_for_customer
    return _hit(case.subject, case, text=f"{case.number} · {status}")


def _hit(title: str, record: Any, *, text: str = "", html: str = "") -> dict[str, Any]:
    return {"title": title, "url": record.get_absolute_url(), "text": text, "html": html}
