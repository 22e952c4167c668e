"""Working time compared with a count of every minute, on days in nine zones whose clocks do what they
like."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.business_time import BusinessHours

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Kolkata",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",  # around Ramadan
    "America/Havana",  # the first hour of a day comes twice, or not at all
    "America/Asuncion",  # the last hour of a day comes twice
    "Asia/Gaza",  # a day begins at 00:01 (2011), or at 01:00
    "Pacific/Apia",  # 30 December 2011 never was
)  # fmt: skip
Interval = tuple[int, int]
"""Minutes since midnight, from (included) to (excluded); 1440 is midnight of the next day."""


def wall_of(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0))


@cache
def minutes_around(zone: ZoneInfo, day: date) -> list[tuple[datetime, datetime]]:
    """All minutes of the day and of the two beside it, wherever it is, with what the clock shows."""
    begin = datetime.combine(day, time(0), UTC) - 2 * DAY
    minutes = (begin + number * MINUTE for number in range(5 * 1440))
    return [(minute, wall_of(minute, zone)) for minute in minutes]


def open_minutes(zone: ZoneInfo, opening: list[Interval], day: date) -> list[datetime]:
    """The rule: from the first minute in which a clock on the wall shows an opening time to the last one that
    it does, whatever it shows in between."""
    found: set[datetime] = set()
    for opens_on in (day + DAY * number for number in (-2, -1, 0, 1, 2)):
        for opens, closes in opening:
            begin, end = midnight(opens_on) + opens * MINUTE, midnight(opens_on) + closes * MINUTE
            shown = [minute for minute, wall in minutes_around(zone, day) if begin <= wall < end]
            found.update(every_minute(shown[0], shown[-1]) if shown else ())
    return sorted(found)


def every_minute(first: datetime, last: datetime) -> Iterator[datetime]:
    return (first + number * MINUTE for number in range((last - first) // MINUTE + 1))


def hours_of(zone: ZoneInfo, opening: list[Interval]) -> BusinessHours:
    day = tuple(
        (time(opens // 60, opens % 60), time(closes // 60 % 24, closes % 60)) for opens, closes in opening
    )
    return BusinessHours(zone, (day,) * 7)


def days_of_change(zone: ZoneInfo) -> Iterator[date]:
    days = [date(2009, 1, 1) + DAY * number for number in range(19 * 365)]
    offsets = [datetime.combine(day, time(12), zone).utcoffset() for day in days]
    return (day for day, (before, after) in zip(days[1:], pairwise(offsets), strict=False) if before != after)


def interesting_days(name: str) -> st.SearchStrategy[date]:
    changes = [*days_of_change(ZoneInfo(name)), date(2026, 6, 17)]
    return st.builds(lambda day, off: day + DAY * off, st.sampled_from(changes), st.integers(-1, 1))


edges = st.sampled_from([*range(0, 1441, 30), 1, 59, 61, 119, 121, 1439])
openings = st.sets(edges, min_size=2, max_size=6).map(
    lambda found: list(zip(sorted(found)[::2], sorted(found)[1::2], strict=False))
)


def compare(zone: ZoneInfo, day: date, opening: list[Interval]) -> None:
    """Both directions, from each edge of the opening and from minutes in between."""
    hours, counted = hours_of(zone, opening), open_minutes(zone, opening, day)
    begin = datetime.combine(day, time(0), UTC) - DAY
    window = [minute for minute in counted if begin <= minute < begin + 3 * DAY]
    assert hours.between(begin, begin + 3 * DAY) == len(window) * MINUTE
    for number in {0, 1, len(window) // 3, len(window) // 2, len(window) - 1} & set(range(len(window))):
        moment = window[number] + MINUTE
        assert hours.between(begin, moment) == (number + 1) * MINUTE
        assert hours.due(begin, (number + 1) * MINUTE) == moment
        assert hours.is_open(window[number])
    closed = [end + MINUTE for end, later in pairwise(window) if later - end > MINUTE]
    assert not any(hours.is_open(moment) for moment in closed)


@pytest.mark.parametrize("name", ZONES)
def test_working_time_is_what_a_count_of_every_minute_finds(name: str) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(day=interesting_days(name), opening=openings)
    @example(day=date(2026, 10, 25), opening=[(0, 120)])
    @example(day=date(2026, 10, 25), opening=[(0, 150), (165, 300)])
    @example(day=date(2011, 12, 30), opening=[(0, 1440)])
    def check(day: date, opening: list[Interval]) -> None:
        compare(ZoneInfo(name), day, opening)

    check()


@pytest.mark.parametrize("name", sorted({*ZONES} - {"Asia/Kolkata"}))
def test_the_zones_have_days_on_which_the_clocks_change(name: str) -> None:
    assert len(list(days_of_change(ZoneInfo(name)))) > 3


def test_a_closing_time_that_begins_the_hour_that_comes_twice_is_its_first_occurrence() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, tzinfo=berlin)
    first, second = datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
    hours = BusinessHours(berlin, (((time(0), time(2)),),) * 7)
    assert hours.between(start, second) == timedelta(hours=2)
    assert hours.due(start, timedelta(hours=2)) == first
    assert not hours.is_open(first)
