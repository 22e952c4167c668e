"""What surrounds the pages of the administration: the side bar, and what a page is called and lies under.

The side bar is drawn once for what it shows, and kept in the process, as the header of the customers' pages.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from lib.admin_places import JOBS, Menu, current_url, list_name, menu_for, place_of
from portal.frame import HERE, TOKEN, addressed
from portal.site.http import SiteRequest

ROWS = ("original", "object", "mail")
"""Under which of these names, or under that of its model, a page's context has the row that it is about."""
READER = "user"
"""The name of whoever looks at the page, though users are rows as well."""
RECORDS = {"work", "people", "billing", "content", "access"}
"""The jobs whose rows are worked on for long: beside them the menu makes room."""

Crumb = tuple[str, str]


@dataclass(frozen=True)
class StaffPage:
    heading: str = ""
    crumbs: tuple[Crumb, ...] = ()
    is_record: bool = False


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    initials: str


@dataclass(frozen=True)
class Side:
    """Everything that the side bar shows. ``is_entry``: the page is the entry itself, not one below it."""

    language: str
    menu: Menu
    current: str
    is_entry: bool
    is_start: bool
    title: str
    logo_url: str
    logo_dark_url: str
    person: Person
    theme: str


def page_of(context: dict[str, Any]) -> StaffPage:
    """What the page is called, and the way back up: the job, the list, the row."""
    request, model_admin = context["request"], _model_admin(context)
    place = place_of(model_admin) if model_admin else None
    if model_admin is None or place is None:
        return StaffPage()
    list_url = reverse(place.url_name or list_name(model_admin))
    here, job, title = request.path, (str(JOBS[place.job].words), ""), str(context.get("title") or "")
    if "cl" in context or (here == list_url and request.method != "POST"):
        return StaffPage(str(place.words), (job,))
    row = _row(context, model_admin)
    way = (job, (str(place.words), list_url))
    if row is None:
        return StaffPage(title, way)
    row_url, name = _row_url(row), _row_name(model_admin, row)
    is_record = place.job in RECORDS
    if here == row_url:
        return StaffPage(name, way, is_record)
    return StaffPage(_deed(request) or title, (*way, (name, row_url)), is_record)


def _deed(request: Any) -> str:
    """Django's own pages beside a row; their titles tell of "objects"."""
    name = getattr(request.resolver_match, "url_name", None) or ""
    return {"history": _("History"), "delete": _("Delete")}.get(name.rpartition("_")[2], "")


def side_bar(request: SiteRequest, *, token: object, theme: str) -> SafeString:
    site = request.configuration.site
    menu = menu_for(admin.site, request)
    current = current_url(menu, request.path)
    side = Side(
        get_language() or "", menu, current, current == request.path, request.path == reverse("admin:index"),
        site.title, site.logo_url, site.logo_dark_url, _person(request.user), theme,
    )  # fmt: skip
    return addressed(_kept_side(side), token, request.get_full_path())


def _model_admin(context: dict[str, Any]) -> Any:
    opts = context.get("opts") or getattr(context.get("cl"), "opts", None)
    return admin.site._registry.get(opts.model) if opts else None


def _row(context: dict[str, Any], model_admin: Any) -> Model | None:
    names = (*ROWS, *{model_admin.opts.model_name} - {READER})
    rows = (context.get(name) for name in names)
    return next((row for row in rows if isinstance(row, model_admin.model) and row.pk), None)


def _row_name(model_admin: Any, row: Model) -> str:
    """As the ModelAdmin calls it, where the model's own words are not for people."""
    named = getattr(model_admin, "row_name", str)
    return str(named(row))


def _row_url(row: Model) -> str:
    opts = row._meta
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[quote(str(row.pk))])
    except NoReverseMatch:
        return ""


def _person(user: User) -> Person:
    return Person(user.get_full_name() or user.email, user.email, user.initials)


def _draw_side(side: Side) -> str:
    current = next((job.name for job in side.menu if job.holds(side.current)), "")
    context: dict[str, Any] = {
        "site": side, "menu": side.menu, "current": side.current, "is_entry": side.is_entry,
        "is_start": side.is_start, "current_job": current, "opened": {"work", current},
        "person": side.person, "theme": side.theme, "csrf_token": TOKEN, "here": HERE,
    }  # fmt: skip
    return render_to_string("admin/_side.html", context)


_kept_side = lru_cache(maxsize=500)(_draw_side)
