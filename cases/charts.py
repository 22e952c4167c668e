"""The measures of cases.insight in the reader's words."""

from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.insight import by_month
from cases.models import CaseQuerySet
from portal.lib.charts import Chart, bar_chart

DAY = timedelta(days=1)


def month_charts(cases: CaseQuerySet, months: list[date]) -> list[tuple[str, Chart]]:
    """Name and chart of each measure; one query each."""
    titles = {
        "opened": _("Cases opened"),
        "first_reply": _("Time to the first reply"),
        "resolution": _("Time to the resolution"),
        "rating": _("Satisfaction"),
    }
    return [(name, _chart(name, title, months, by_month(cases, name, months))) for name, title in titles.items()]


def _chart(name: str, title: str, months: list[date], values: list[Any]) -> Chart:
    columns = [
        (date_format(month, "M"), month_name(month), _number(value), in_words(name, value))
        for month, value in zip(months, values, strict=True)
    ]
    return bar_chart(title, _summary(name, values), columns, most=5 if name == "rating" else None)


def month_name(month: date) -> str:
    """With its year, as the reader's language writes it."""
    return date_format(month, "YEAR_MONTH_FORMAT")


def _number(value: Any) -> float | None:
    if value is None:
        return None
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def _summary(name: str, values: list[Any]) -> str:
    if name == "opened":
        return ngettext("%(count)d in twelve months.", "%(count)d in twelve months.", sum(values)) % {"count": sum(values)}
    if name == "rating":
        return _("Average of the ratings from 1 to 5, in the month when they were given.")
    return _("Median, in the month when it happened. All hours count, waiting for you included.")


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
