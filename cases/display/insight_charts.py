"""The measures of cases.insight in the reader's words."""

from datetime import date, timedelta
from itertools import dropwhile
from statistics import median
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.insight import counted_by_month
from cases.models import CaseQuerySet
from lib.charts import Chart, Column, bar_chart

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEST_RATING = 5


def month_charts(cases: CaseQuerySet, months: list[date]) -> list[tuple[str, Chart]]:
    """Name and chart of each measure; one query each."""
    charts = {"opened": _opened, "first_reply": _first_reply, "resolution": _resolution, "rating": _rating}
    return [(name, draw(months, counted_by_month(cases, name, months))) for name, draw in charts.items()]


Measured = list[tuple[Any, int]]
"""Value and number of cases of each month, the latest last."""


def _opened(months: list[date], measured: Measured) -> Chart:
    values = [value for value, _count in measured]
    columns = [
        _column(month, value, in_words("opened", value), number_format(value))
        for month, value in zip(months, values, strict=True)
    ]
    known = list(dropwhile(lambda value: not value, values[:-1]))
    usual = number_format(sum(known) / len(known), 1) if known else ""
    summary = ngettext(
        "%(count)d in the last twelve months.", "%(count)d in the last twelve months.", sum(values)
    ) % {"count": sum(values)}
    return bar_chart(
        _("Cases opened"), summary, columns, now=number_format(values[-1]), against=_against(usual)
    )


def _first_reply(months: list[date], measured: Measured) -> Chart:
    return _waits(_("Time to first reply"), months, [value for value, _count in measured])


def _resolution(months: list[date], measured: Measured) -> Chart:
    return _waits(_("Time to resolution"), months, [value for value, _count in measured])


def _waits(title: str, months: list[date], values: list[timedelta | None]) -> Chart:
    unit, words = _unit_of([value for value in values if value is not None])
    columns = [
        _column(month, None if value is None else value / unit, _told(value, unit), _short(value, unit))
        for month, value in zip(months, values, strict=True)
    ]
    known = [value for value in values[:-1] if value is not None]
    usual = _told(sum(known, timedelta()) / len(known), unit) if known else ""
    return bar_chart(title, words, columns, now=_told(values[-1], unit), against=_against(usual))


def _told(value: timedelta | None, unit: timedelta) -> str:
    words = {MINUTE: _("%(count)s min"), HOUR: _("%(count)s h"), DAY: _("%(count)s d")}
    return "–" if value is None else words[unit] % {"count": _short(value, unit)}


def _unit_of(values: list[timedelta]) -> tuple[timedelta, str]:
    """One for the whole chart, so that the numbers can be compared."""
    usual = timedelta(seconds=median(value.total_seconds() for value in values)) if values else HOUR
    if usual < 2 * HOUR:
        return MINUTE, _("Monthly median in minutes. All hours count, including time waiting for you.")
    if usual < 2 * DAY:
        return HOUR, _("Monthly median in hours. All hours count, including time waiting for you.")
    return DAY, _("Monthly median in days. All hours count, including time waiting for you.")


def _short(value: timedelta | None, unit: timedelta) -> str:
    """Short enough to stand above a bar."""
    return (
        "" if value is None else number_format(value / unit, 1 if value < 10 * unit and unit != MINUTE else 0)
    )


def _rating(months: list[date], measured: Measured) -> Chart:
    columns = [
        _column(month, value, _rated(value, count), "" if value is None else number_format(value, 1))
        for month, (value, count) in zip(months, measured, strict=True)
    ]
    total = sum(count for _value, count in measured)
    summary = ngettext(
        "%(count)d rating from 1 to 5.", "Average of %(count)d ratings from 1 to 5.", total
    ) % {"count": total}
    known = [(value, count) for value, count in measured[:-1] if count]
    weight = sum(count for _value, count in known)
    usual = number_format(sum(value * count for value, count in known) / weight, 1) if weight else ""
    now = in_words("rating", measured[-1][0])
    return bar_chart(
        _("Satisfaction"), summary, columns, axis=(1, BEST_RATING), now=now, against=_against(usual)
    )


def _rated(value: Any, count: int) -> str:
    if value is None:
        return in_words("rating", None)
    words = ngettext("%(average)s from %(count)d rating", "%(average)s from %(count)d ratings", count)
    return words % {"average": in_words("rating", value), "count": count}


def _column(month: date, value: Any, text: str, short: str) -> Column:
    return Column(
        date_format(month, "M"), month_name(month), None if value is None else float(value), text, short
    )


def _against(usual: str) -> str:
    """Where there were no earlier months, the latest has nothing to stand against."""
    return _("this month; previous average %(usual)s") % {"usual": usual} if usual else _("this month")


def month_name(month: date) -> str:
    """With its year, as the reader's language writes it."""
    return date_format(month, "YEAR_MONTH_FORMAT")


def in_words(name: str, value: Any) -> str:
    """A dash where there is nothing to measure."""
    if value is None:
        return "–"
    if isinstance(value, timedelta):
        return duration(value)
    return number_format(value, 1) if name == "rating" else number_format(value)


def duration(length: timedelta) -> str:
    """In the unit that says enough: minutes below two hours, hours below two days, else days."""
    if length < timedelta(hours=2):
        return _("%(count)s min") % {"count": round(length.total_seconds() / 60)}
    if length < 2 * DAY:
        return _("%(count)s h") % {"count": number_format(length.total_seconds() / 3600, 1)}
    return _("%(count)s d") % {"count": number_format(length / DAY, 1)}
