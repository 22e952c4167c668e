"""The start page of the administration: what its parts declare, counted by one statement.

Nothing here knows what there is to count (lib.admin_start).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from lib import compiled
from lib.admin_places import Menu, menu_for
from lib.admin_start import Declared, Moments, Tone, address_of, declared_for
from lib.counted import counted, in_figures

DAY, QUIET, LATELY = timedelta(days=1), timedelta(days=2), timedelta(minutes=15)
NAMES = tuple(field.name for field in fields(Moments))


@dataclass(frozen=True)
class ShownFigure:
    words: str
    count: int
    url: str
    tone: Tone

    @property
    def figures(self) -> str:
        return in_figures(self.count)


@dataclass(frozen=True)
class ShownPanel:
    template: str
    context: dict[str, Any]


@dataclass(frozen=True)
class ShownWarning:
    words: str
    url: str


@dataclass(frozen=True)
class StartPage:
    figures: list[ShownFigure]
    panels: list[ShownPanel]
    warnings: list[ShownWarning]
    menu: Menu
    """For who has no panel: where they can go."""


def start_page(site: AdminSite, request: HttpRequest) -> StartPage:
    declared, moments = declared_for(site, request), moments_for(request)
    counts = counts_of(declared, moments)
    return StartPage(
        _figures(declared, counts, moments),
        [ShownPanel(panel.template, panel.draw(owner, request, moments)) for owner, panel in declared.panels],
        _warnings(declared, counts, request, moments),
        () if declared.panels else menu_for(site, request),
    )


def moments_for(request: HttpRequest) -> Moments:
    now, today = timezone.now(), timezone.localdate()
    yesterday, last_week = (_midnight_before(days) for days in (1, 8))
    me = cast("User", request.user).pk
    return Moments(me, now, now + DAY, now - QUIET, now - LATELY, yesterday, last_week, today)


def _midnight_before(days: int) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days), time.min))


def _figures(declared: Declared, counts: dict[str, int], moments: Moments) -> list[ShownFigure]:
    shown = []
    for number, (owner, figure) in enumerate(declared.figures):
        count = counts[f"figure_{number}"]
        tone: Tone = figure.tone if count else ""
        if count or figure.is_steady:
            shown.append(ShownFigure(str(figure.words), count, address_of(owner, figure, moments), tone))
    return shown


def _warnings(
    declared: Declared, counts: dict[str, int], request: HttpRequest, moments: Moments
) -> list[ShownWarning]:
    return [
        ShownWarning(str(warned.words), address_of(owner, warned, moments))
        for number, (owner, warned) in enumerate(declared.warnings)
        if warned.is_so(request, counts.get(f"warning_{number}", 0))
    ]


def counts_of(declared: Declared, moments: Moments) -> dict[str, int]:
    """Of everything, by the names of the columns. What is counted is the shape of the statement."""
    wanted = {f"figure_{number}": figure.rows for number, (_owner, figure) in enumerate(declared.figures)} | {
        f"warning_{number}": warned.rows
        for number, (_owner, warned) in enumerate(declared.warnings)
        if warned.rows
    }
    if not wanted:
        return {}
    values = {name: getattr(moments, name) for name in NAMES}
    shape = ("start page", *wanted.items())
    [row] = compiled.rows(shape, _one_row_of(wanted), spare=NAMES, **values)
    return {name: getattr(row, name) for name in wanted}


def _one_row_of(wanted: dict[str, Callable[[Moments], QuerySet[Any]]]) -> Callable[..., QuerySet[User]]:
    def row(**values: Any) -> QuerySet[User]:
        moments = Moments(**values)
        columns = {name: counted(rows(moments)) for name, rows in wanted.items()}
        return User.objects.filter(pk=moments.me).only("pk").annotate(**columns)

    return row
