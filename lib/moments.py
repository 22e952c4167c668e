"""Moments as people read them, in the reader's own time zone and language, as ``<time>`` elements.

A list shows dozens of them, and to write one out costs as much as to fetch its row: what was written is kept.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton, format_timedelta
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

RELATIVE_DAYS = 7
MINUTE = timedelta(minutes=1)
NEAR = timedelta(days=6)
"""Within so many days a weekday is enough."""


def ago(at: datetime) -> SafeString:
    """How long ago, or the date once it is more than a week; the exact time is in the element's title."""
    return ago_for_reader()(at)


def ago_for_reader(*, is_short: bool = False) -> Callable[[datetime], SafeString]:
    """``ago`` for the many moments of one page: language, time zone and the present are looked up once.
    ``is_short``: for a narrow column ("11 min ago", "Oct 16")."""
    now, zone, language = timezone.now(), timezone.get_current_timezone(), get_language() or "en"
    year = now.astimezone(zone).year

    def told(at: datetime) -> SafeString:
        passed = at - now
        iso, exact, day = _written(at, zone, language)
        if abs(passed.days) <= RELATIVE_DAYS:
            return _element(iso, exact, _relative(_rounded(passed), language, is_short))
        return _element(iso, exact, _short_day(at, zone, language, year) if is_short else day)

    return told


def when(at: datetime) -> SafeString:
    """The exact time."""
    iso, exact, _day = _written(at, timezone.get_current_timezone(), get_language() or "en")
    return _element(iso, exact, exact.rpartition(" (")[0])


def moments_for_reader(now: datetime) -> Callable[[datetime], tuple[str, str]]:
    """For the many moments of one page: "14:00" today, "Tue 14:00" near by, "Oct 16" for others; and the
    exact time."""
    zone, language = timezone.get_current_timezone(), get_language() or "en"
    today = now.astimezone(zone).date()

    def told(at: datetime) -> tuple[str, str]:
        _iso, exact, _day = _written(at, zone, language)
        return _short_moment(at, zone, language, today, abs(at - now) < NEAR), exact

    return told


def moment(at: datetime, now: datetime) -> str:
    """ "Tue 14:00" for a time near by, with the date for others, in the reader's time zone."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    clock = date_format(local, "TIME_FORMAT")
    if local.date() == today.date():
        return _("today, %(time)s") % {"time": clock}
    return f"{date_format(local, 'D' if abs(at - now) < NEAR else 'DATE_FORMAT')} {clock}"


def day(at: datetime, now: datetime) -> str:
    local = timezone.localtime(at)
    if local.date() == timezone.localtime(now).date():
        return _("today")
    return date_format(local, "l" if abs(at - now) < NEAR else "DATE_FORMAT")


def _rounded(passed: timedelta) -> timedelta:
    """To what can be told apart in words, so that few of them are kept."""
    return timedelta(minutes=int(passed / MINUTE))


@lru_cache(maxsize=20_000)
def _written(at: datetime, zone: tzinfo, language: str) -> tuple[str, str, str]:
    """ISO 8601, the exact time and the day; formats are those of ``language``, which is the active one."""
    local = at.astimezone(zone)
    exact = f"{date_format(local, 'DATETIME_FORMAT')} ({local.tzname()})"
    return (
        local.isoformat(timespec="minutes").replace("+00:00", "Z"),
        exact,
        date_format(local, "DATE_FORMAT"),
    )


@lru_cache(maxsize=20_000)
def _relative(passed: timedelta, language: str, is_short: bool = False) -> str:
    if abs(passed) < MINUTE:
        return _("just now")
    width: Any = "short" if is_short else "long"
    return format_timedelta(passed, add_direction=True, format=width, locale=to_locale(language))


@lru_cache(maxsize=20_000)
def _short_day(at: datetime, zone: tzinfo, language: str, year: int) -> str:
    """Without the year where that is ``year``."""
    local = at.astimezone(zone)
    if local.year != year:
        return date_format(local, "DATE_FORMAT")
    return format_skeleton("MMMd", local, locale=to_locale(language))


@lru_cache(maxsize=20_000)
def _short_moment(at: datetime, zone: tzinfo, language: str, today: date, is_near: bool) -> str:
    local = at.astimezone(zone)
    clock = date_format(local, "TIME_FORMAT")
    if local.date() == today:
        return clock
    return f"{date_format(local, 'D')} {clock}" if is_near else _short_day(at, zone, language, today.year)


@lru_cache(maxsize=20_000)
def _element(iso: str, exact: str, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', iso, exact, text)
