from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Contact
from accounts.permissions.visitors import open_to_visitors
from portal.site.http import SiteRequest
from records.offers import help_offered
from records.surfaces import Line, Search, Surface, surfaces

FEWEST_LETTERS = 3
"""Before anything is suggested."""


VISITORS_FIND = sorted(
    {one.granted.name for one in surfaces() if one.search and one.granted.grantable(for_visitors=True)}
)
"""Types of records that can be granted to visitors."""


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=200)


class SuggestForm(SearchForm):
    """``for``: ``help`` where the reader is about to ask for it, or nothing in particular."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["for"] = forms.CharField(required=False, max_length=10)


@dataclass(frozen=True)
class Hit:
    """``follow_url``: where the reader follows it instead of opening a case, if it ``can_be_instead`` and is
    not their own."""

    line: Line
    can_be_instead: bool = False
    follow_url: str = ""


@dataclass(frozen=True)
class HitGroup:
    """Hits of one kind."""

    heading: str
    icon: str
    hits: list[Hit]


@open_to_visitors(*VISITORS_FIND)
@require_safe
def search(request: SiteRequest) -> HttpResponse:
    """One box over everything that the reader may see; each kind is asked through its own record gate."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    groups = _groups(request, words) if words else []
    context = {"words": words, "groups": groups, "help": help_offered(request)}
    return render(request, "portal/search.html", context)


@require_safe
def search_suggest(request: SiteRequest) -> HttpResponse:
    """What may answer the reader while they type: for htmx a list, otherwise a page with the same list to
    look at before they ask for help."""
    form = SuggestForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    groups = _suggestions(request, words) if len(words) >= FEWEST_LETTERS else []
    context = {
        "words": words,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "asks_for_help": form.is_valid() and form.cleaned_data["for"] == "help",
        "help": help_offered(request),
        "new_case_query": urlencode({"subject": words, "form": "yes"}),
    }
    return render(request, "portal/_suggestions.html" if request.htmx else "portal/suggestions.html", context)


def _suggestions(request: SiteRequest, words: str) -> list[HitGroup]:
    return [
        HitGroup(str(search.suggested_heading or surface.label), surface.icon, hits)
        for surface, search in _searched(request)
        if search.suggest and (hits := _suggested(surface, search, request.contact, words))
    ]


def _suggested(surface: Surface[Any], search: Search[Any], contact: Contact | None, words: str) -> list[Hit]:
    assert search.suggest is not None  # noqa: S101 -- asked before
    rows = search.suggest(surface.visible_to(contact), words, contact)[: search.most_suggested]
    return [
        Hit(
            surface.line(row, contact),
            can_be_instead=search.instead is not None,
            follow_url=search.instead(row, contact) if search.instead else "",
        )
        for row in rows
    ]


def _groups(request: SiteRequest, words: str) -> list[HitGroup]:
    found = sorted(_searched(request), key=lambda each: each[1].place)
    return [
        HitGroup(str(search.heading or surface.label), surface.icon, hits)
        for surface, search in found
        if (hits := _found(surface, search, request.contact, words))
    ]


def _found(surface: Surface[Any], search: Search[Any], contact: Contact | None, words: str) -> list[Hit]:
    rows = search.find(surface.visible_to(contact), words)[: search.most]
    return [Hit(surface.line(row, contact)) for row in rows]


def _searched(request: SiteRequest) -> Iterator[tuple[Surface[Any], Search[Any]]]:
    for surface in surfaces():
        if surface.search and surface.opens_to(request):
            yield surface, surface.search
