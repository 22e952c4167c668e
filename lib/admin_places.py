"""Where things stand in the administration: by what people do, whatever app a model belongs to.

A ModelAdmin declares its ``place``, and the places of its own pages that the menu leads to. The menu is what
the person may open, and no more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Admin = ModelAdmin[Any]


@dataclass(frozen=True)
class Kind:
    """One of the jobs under which the menu sorts its entries."""

    words: str | Promise
    icon: str


JOBS = {
    "work": Kind(_("Work"), "inbox"),
    "people": Kind(_("People"), "people"),
    "content": Kind(_("Content"), "book"),
    "billing": Kind(_("Billing"), "receipt"),
    "access": Kind(_("Access"), "shield-lock"),
    "settings": Kind(_("Settings"), "gear"),
    "logs": Kind(_("Logs"), "clock-history"),
}


@dataclass(frozen=True)
class Place:
    """``url_name``: of the page that the entry opens, where that is not the model's list. ``may_open``: who
    sees the entry, where that is not who may see or change rows of the model."""

    job: str
    position: int
    words: str | Promise
    icon: str
    url_name: str = ""
    may_open: Callable[[Admin, HttpRequest], bool] | None = None


@dataclass(frozen=True)
class Entry:
    words: str
    icon: str
    url: str


@dataclass(frozen=True)
class Job:
    name: str
    words: str
    icon: str
    entries: tuple[Entry, ...]

    def holds(self, url: str) -> bool:
        return any(entry.url == url for entry in self.entries)


Menu = tuple[Job, ...]


def place_of(model_admin: Admin) -> Place | None:
    place: Place | None = getattr(model_admin, "place", None)
    return place


def menu_for(site: AdminSite, request: HttpRequest) -> Menu:
    """The jobs of which this person may open something, in their order."""
    open_now = sorted(_open_places(site, request), key=lambda found: found[1].position)
    jobs = (
        Job(
            name,
            str(kind.words),
            kind.icon,
            tuple(_entry(*found) for found in open_now if found[1].job == name),
        )
        for name, kind in JOBS.items()
    )
    return tuple(job for job in jobs if job.entries)


def current_url(menu: Menu, path: str) -> str:
    """The entry under which this page is found: the one whose address the page's address continues."""
    urls = (entry.url for job in menu for entry in job.entries)
    return max((url for url in urls if path.startswith(url)), key=len, default="")


def _open_places(site: AdminSite, request: HttpRequest) -> Iterator[tuple[Admin, Place]]:
    for model_admin in site._registry.values():
        place = place_of(model_admin)
        own: tuple[Place, ...] = getattr(model_admin, "page_places", ())
        for one in (*([place] if place else []), *own):
            if _may_open(model_admin, one, request):
                yield model_admin, one


def _may_open(model_admin: Admin, place: Place, request: HttpRequest) -> bool:
    if place.may_open:
        return place.may_open(model_admin, request)
    return model_admin.has_view_or_change_permission(request)


def _entry(model_admin: Admin, place: Place) -> Entry:
    return Entry(str(place.words), place.icon, reverse(place.url_name or list_name(model_admin)))


def list_name(model_admin: Admin) -> str:
    """The name of the address of a model's list."""
    return f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist"
