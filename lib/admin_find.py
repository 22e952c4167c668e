"""Finding anything in the administration: pages of the menu and settings by their words, records by what
their lists are searched by. Each only for those who may open it there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from lib.admin_places import Admin, Entry, list_name, menu_for, place_of

LONGEST = 200
SHOWN = 5
"""Rows of each type; the list has the others."""
WITHOUT_RECORDS = {"logs"}
"""Jobs whose rows are too many to be searched with all others; their lists search them."""


@dataclass(frozen=True)
class Found:
    """Rows of one type. ``more_url``: the list, when it has others."""

    words: str
    icon: str
    rows: list[Entry]
    more_url: str


def find_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The palette asks for the results alone."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    is_palette = request.headers.get("X-Palette") == "1"
    address = _called_exactly(site, request, text) if text and not is_palette else ""
    if address:
        return redirect(address)
    context = {
        "title": _("Find"), "q": text, "pages": list(_pages(site, request, text)) if text else [],
        "records": list(_records(site, request, text)) if text else [],
    }  # fmt: skip
    if is_palette:
        return TemplateResponse(request, "admin/_found.html", context)
    return TemplateResponse(request, "admin/find.html", {**site.each_context(request), **context})


def _called_exactly(site: AdminSite, request: HttpRequest, text: str) -> str:
    """The address of the one row with this number."""
    for model_admin in _readable(site, request):
        called = getattr(model_admin, "row_called", None)
        if called and (row := called(request, text)):
            return _address(model_admin, row)
    return ""


def _pages(site: AdminSite, request: HttpRequest, text: str) -> Iterator[tuple[str, Entry]]:
    """With the job, or with the words of the setting that was meant."""
    wanted = text.casefold()
    settings = {reverse(list_name(found)): _settings_of(found) for found in _readable(site, request)}
    for job in menu_for(site, request):
        for entry in job.entries:
            if wanted in entry.words.casefold():
                yield job.words, entry
            elif words := [word for word in settings.get(entry.url, []) if wanted in word.casefold()]:
                yield ", ".join(words[:SHOWN]), entry


def _settings_of(model_admin: Admin) -> list[str]:
    """What can be set on a page of settings, in its words."""
    place = place_of(model_admin)
    if place is None or place.job not in {"settings", "access", "billing"}:
        return []
    return [str(field.verbose_name) for field in model_admin.opts.fields if field.editable]


def _records(site: AdminSite, request: HttpRequest, text: str) -> Iterator[Found]:
    for model_admin in _readable(site, request):
        place = place_of(model_admin)
        if place is None or place.job in WITHOUT_RECORDS or not model_admin.get_search_fields(request):
            continue
        rows = list(_searched(model_admin, request, text)[: SHOWN + 1])
        if rows:
            found = [Entry(str(row), place.icon, _address(model_admin, row)) for row in rows[:SHOWN]]
            more = f"{reverse(list_name(model_admin))}?{urlencode({'q': text})}" if len(rows) > SHOWN else ""
            yield Found(str(place.words), place.icon, found, more)


def _searched(model_admin: Admin, request: HttpRequest, text: str) -> QuerySet[Any]:
    related = model_admin.get_list_select_related(request)
    rows = model_admin.get_queryset(request)
    if isinstance(related, list | tuple) and related:
        rows = rows.select_related(*related)
    found, may_repeat = model_admin.get_search_results(request, rows, text)
    return found.distinct() if may_repeat else found


def _readable(site: AdminSite, request: HttpRequest) -> Iterator[Admin]:
    """In the order of the menu."""
    admins = [found for found in site._registry.values() if place_of(found)]
    jobs = {name: position for position, name in enumerate(("work", "people", "content", "billing"))}

    def order(model_admin: Admin) -> tuple[int, int]:
        place = place_of(model_admin)
        return (jobs.get(place.job, len(jobs)), place.position) if place else (0, 0)

    return (found for found in sorted(admins, key=order) if found.has_view_or_change_permission(request))


def _address(model_admin: Admin, row: Any) -> str:
    opts = model_admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[quote(str(row.pk))])
