"""The lines of the insight page: measures in words, each with the address of its cases in the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.admin.desk.filters import (
    ALL,
    KEPT,
    MISSED,
    NO_ACCOUNT,
    NOBODY,
    RATED,
    REPLIED,
    RESOLVED,
    RUNNING,
    DeskFilter,
)
from cases.admin.desk.following import list_address
from cases.display.insight_charts import BEST_RATING, month_name
from cases.insight import GROUPS, MEASURES, Span, by_group, counted_by_month, promises
from cases.models import Case
from lib.charts import WIDTH, Chart, Column, bar_chart

MOST_BARS, LETTER = 8, 7.5
"""Bars of a group; the width of a letter in units of the drawing."""
TELLING = 400
"""A change by more per cent than this tells of a beginning, and not of a change."""
NUMBER = "account__number"
HOUR = timedelta(hours=1)
COUNTS = {"opened": "opened", "first_reply": "replied", "resolution": "resolved", "rating": "rated"}
"""Measure → the number of cases that it was taken on."""
NONE = {"kept": 0, "missed": 0, "running": 0}


@dataclass(frozen=True)
class Cell:
    """``value``: for charts and comparison; None where there is nothing to measure. ``of``: how many cases
    it was taken on, in words."""

    value: float | None
    words: str
    of: str = ""
    url: str = ""


@dataclass(frozen=True)
class InsightRow:
    name: str
    label: str
    """The name below a bar."""
    opened: int
    url: str
    """The cases that were opened."""
    cells: dict[str, Cell]
    plain: list[str | int]
    """For a file."""

    @property
    def in_order(self) -> list[Cell]:
        return [self.cells[name] for _heading, name in LISTED]


LISTED: list[tuple[str | Promise, str]] = [
    (gettext_lazy("Opened"), "opened"),
    (gettext_lazy("First reply (median)"), "first_reply"),
    (gettext_lazy("Resolution (median)"), "resolution"),
    (gettext_lazy("Satisfaction"), "rating"),
    (gettext_lazy("SLA targets"), "promises"),
    (gettext_lazy("SLA targets running"), "running"),
]
"""The columns, after the name."""


def rows_by(by: str, span: Span) -> list[InsightRow]:
    return _by_month(span) if by == "month" else _by_group(by, span)


def _by_month(span: Span) -> list[InsightRow]:
    """The latest first; a query for each measure, and one for the promises."""
    months, kept, rows = span.months, promises("month", span), []
    measured = {name: counted_by_month(Case.objects.all(), name, months, span) for name in MEASURES}
    for index, month in enumerate(months):
        values = {name: measured[name][index][0] for name in MEASURES}
        counts = {COUNTS[name]: measured[name][index][1] for name in MEASURES}
        name, label = month_name(month), date_format(month, "M")
        rows.append(row_of(name, label, {**values, **counts}, kept.get(month), span.within(month)))
    return rows[::-1]


def _by_group(by: str, span: Span) -> list[InsightRow]:
    kept = promises(by, span)
    key, *names = GROUPS[by]
    rows = []
    for row in by_group(Case.objects.all(), by, span):
        name = " ".join(row[part] or "" for part in names if part != NUMBER).strip() or _("None")
        rows.append(row_of(name, name, row, kept.get(row[key]), span, **_filter(by, row)))
    return rows


def _filter(by: str, row: dict[str, Any]) -> dict[str, str]:
    """As the desk is narrowed to a group."""
    if by == "account":
        return {"account": row[NUMBER] or NO_ACCOUNT}
    return {by: str(row[GROUPS[by][0]] or NOBODY)}


def row_of(
    name: str, label: str, measured: dict[str, Any], kept: dict[str, int] | None, span: Span, **narrowed: str
) -> InsightRow:
    """``narrowed``: the desk's filters beside the days."""
    kept = kept or NONE

    def address(**others: str) -> str:
        days = {"since": span.since.isoformat(), "until": span.until.isoformat()}
        return list_address(DeskFilter(state=ALL, **days, **narrowed, **others).as_query())

    cells = {
        "opened": Cell(measured["opened"], number_format(measured["opened"]), url=address()),
        "first_reply": _wait(measured, "first_reply", address(day=REPLIED)),
        "resolution": _wait(measured, "resolution", address(day=RESOLVED)),
        "rating": _rating(measured, address(day=RATED)),
        **_promises(kept, address),
    }
    return InsightRow(name, label, measured["opened"], address(), cells, _plain(measured, kept))


def _wait(measured: dict[str, Any], name: str, url: str) -> Cell:
    """In hours, one unit for a whole column, so that its numbers can be compared."""
    length, count = measured[name], measured[COUNTS[name]]
    if length is None:
        return Cell(None, "–")
    hours = length / HOUR
    words = _("%(count)s h") % {"count": number_format(hours, 1)}
    return Cell(hours, words, _of_cases(count), url)


def _rating(measured: dict[str, Any], url: str) -> Cell:
    if measured["rating"] is None:
        return Cell(None, "–")
    value, count = float(measured["rating"]), measured["rated"]
    ratings = ngettext("%(count)s rating", "%(count)s ratings", count) % {"count": number_format(count)}
    words = _("%(average)s of %(best)s") % {"average": number_format(value, 1), "best": BEST_RATING}
    return Cell(value, words, ratings, url)


def _promises(kept: dict[str, int], address: Callable[..., str]) -> dict[str, Cell]:
    missed, settled, running = kept["missed"], kept["kept"] + kept["missed"], kept["running"]
    counts = {"missed": number_format(missed), "all": number_format(settled)}
    told = Cell(None, "–")
    if missed:
        words = _("%(missed)s of %(all)s missed") % counts
        told = Cell(missed / settled, words, url=address(promise=MISSED))
    elif settled:
        told = Cell(0, _("%(all)s of %(all)s met") % counts, url=address(promise=KEPT))
    url = address(promise=RUNNING) if running else ""
    return {"promises": told, "running": Cell(running, number_format(running) if running else "–", url=url)}


def _of_cases(count: int) -> str:
    return ngettext("%(count)s case", "%(count)s cases", count) % {"count": number_format(count)}


def _plain(measured: dict[str, Any], kept: dict[str, int]) -> list[str | int]:
    lengths = [measured[name] for name in ("first_reply", "resolution")]
    waits = ["" if length is None else f"{length / HOUR:.1f}" for length in lengths]
    rating = "" if measured["rating"] is None else f"{float(measured['rating']):.1f}"
    return [
        measured["opened"], waits[0], measured["replied"], waits[1], measured["resolved"], rating,
        measured["rated"], kept["kept"], kept["missed"], kept["running"],
    ]  # fmt: skip


# Above the table


@dataclass(frozen=True)
class Figure:
    title: str
    now: Cell
    before: str


def figures_of(now: InsightRow, before: InsightRow) -> list[Figure]:
    """The whole period against the one before."""
    titles = {
        "opened": _("Cases opened"),
        "first_reply": _("First reply (median)"),
        "resolution": _("Resolution (median)"),
        "rating": _("Satisfaction"),
        "promises": _("SLA targets"),
    }
    return [
        Figure(title, now.cells[name], _against(now.cells[name], before.cells[name]))
        for name, title in titles.items()
    ]


def _against(now: Cell, before: Cell) -> str:
    """What it was, and by how much that changed, where there is something to reckon with."""
    if before.value is None:
        return _("no earlier data")
    words = _("previously %(words)s") % {"words": before.words}
    if not before.value or now.value is None:
        return words
    change = round(100 * (now.value - before.value) / before.value)
    return words if abs(change) > TELLING else f"{words} ({change:+d} %)"


def charts_of(rows: list[InsightRow], by: str) -> list[tuple[str, Chart]]:
    """Of each measure, in the order of time or the most cases first."""
    shown = rows[::-1] if by == "month" else rows[:MOST_BARS]
    titles = {
        "opened": (_("Cases opened"), _("Number of cases."), None),
        "first_reply": (_("Time to first reply"), _("Median in hours, including nights and weekends."), None),
        "resolution": (_("Time to resolution"), _("Median in hours, including nights and weekends."), None),
        "rating": (_("Satisfaction"), _("Average of ratings from 1 to 5."), (1, BEST_RATING)),
    }
    return [
        (name, bar_chart(title, words, [_column(row, name, len(shown)) for row in shown], axis=axis))
        for name, (title, words, axis) in titles.items()
    ]


def _short(name: str, bars: int) -> str:
    """As many letters as stand below one of so many bars."""
    room = int(WIDTH / bars / LETTER)
    return name if len(name) <= room else f"{name[: room - 1]}…"


def _column(row: InsightRow, name: str, bars: int) -> Column:
    cell = row.cells[name]
    is_whole = name == "opened" or (cell.value or 0) >= 100
    short = "" if not cell.value else number_format(cell.value, 0 if is_whole else 1)
    words = f"{cell.words} ({cell.of})" if cell.of else cell.words
    return Column(_short(row.label, bars), row.name, cell.value, words, short, cell.url if cell.value else "")
