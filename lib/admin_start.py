"""What the start page of the administration shows. A ModelAdmin declares it beside its ``place``:

- ``start_figures``: numbers, each a link to exactly the rows that it counts
- ``start_panels``: short lists and charts
- ``start_warnings``: what an installation still lacks, or what stands still

Each is shown to who may open what it leads to. All that is counted is counted by one statement.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from lib.admin_places import list_name, place_of

Admin = ModelAdmin[Any]
Right = Literal["view", "change"]
Tone = Literal["", "warning", "danger"]
Words = str | Promise


@dataclass(frozen=True)
class Moments:
    """Who looks, and the moments that rows are compared with. Take them as they are: the statement is
    compiled once, for other values as well."""

    me: int
    now: datetime
    tomorrow: datetime
    """A day from now."""
    quiet: datetime
    """What was last touched before has been left alone for too long."""
    lately: datetime
    """Some minutes ago: what should have been done by now."""
    yesterday: datetime
    """When yesterday began, where the reader lives."""
    last_week: datetime
    """A week before that."""
    today: date


@dataclass(frozen=True)
class Figure:
    """``rows`` are counted; ``query`` narrows the list to the same ones. ``url_name``: of the list, where
    that is not the model's. ``tone``: unless there are none. ``is_steady``: it has its place even then."""

    words: Words
    position: int
    rows: Callable[[Moments], QuerySet[Any]]
    query: str | Callable[[Moments], str] = ""
    url_name: str = ""
    right: Right = "view"
    tone: Tone = ""
    is_steady: bool = False


@dataclass(frozen=True)
class Panel:
    """``draw`` returns what its template is shown with."""

    position: int
    template: str
    draw: Callable[[Admin, HttpRequest, Moments], dict[str, Any]]
    right: Right = "view"


@dataclass(frozen=True)
class Warned:
    """``is_so`` is asked with how many ``rows`` there are, 0 where nothing is counted. ``url_name`` and
    ``query``: where it is looked into or put right."""

    words: Words
    is_so: Callable[[HttpRequest, int], bool]
    rows: Callable[[Moments], QuerySet[Any]] | None = None
    url_name: str = ""
    query: str = ""
    right: Right = "change"


@dataclass(frozen=True)
class Declared:
    """What somebody may see, each with the ModelAdmin that declares it, in the order of the page."""

    figures: tuple[tuple[Admin, Figure], ...]
    panels: tuple[tuple[Admin, Panel], ...]
    warnings: tuple[tuple[Admin, Warned], ...]


def declared_for(site: AdminSite, request: HttpRequest) -> Declared:
    admins = list(site._registry.values())
    return Declared(
        tuple(sorted(_allowed(admins, "start_figures", request), key=lambda found: found[1].position)),
        tuple(sorted(_allowed(admins, "start_panels", request), key=lambda found: found[1].position)),
        tuple(_allowed(admins, "start_warnings", request)),
    )


def _allowed(admins: list[Admin], attribute: str, request: HttpRequest) -> Iterator[tuple[Admin, Any]]:
    for model_admin in admins:
        for one in getattr(model_admin, attribute, ()):
            if _may(model_admin, one.right, request):
                yield model_admin, one


def _may(model_admin: Admin, right: Right, request: HttpRequest) -> bool:
    if right == "change":
        return model_admin.has_change_permission(request)
    return model_admin.has_view_or_change_permission(request)


def address_of(model_admin: Admin, one: Figure | Warned, moments: Moments) -> str:
    place = place_of(model_admin)
    name = one.url_name or (place.url_name if place else "") or list_name(model_admin)
    query = one.query(moments) if callable(one.query) else one.query
    return reverse(name) + (f"?{query}" if query else "")
