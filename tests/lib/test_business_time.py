"""Working time across closing hours, pauses, holidays and changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.business_time import BusinessHours, NeverOpenError

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = (time(9), time(17))
WEEK = ((OFFICE,),) * 5 + ((), ())
ALWAYS = (((time(0), time(0)),),) * 7


def office(zone: ZoneInfo = BERLIN, **kwargs: object) -> BusinessHours:
    return BusinessHours(zone, WEEK, **kwargs)  # type: ignore[arg-type]


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-25 10:00", 4, "2026-11-25 14:00"),  # a Wednesday
        ("2026-11-25 15:00", 4, "2026-11-26 11:00"),
        ("2026-11-25 13:00", 4, "2026-11-25 17:00"),  # at closing time, not at the next opening
        ("2026-11-25 20:00", 1, "2026-11-26 10:00"),
        ("2026-11-27 16:00", 2, "2026-11-30 10:00"),  # over the weekend
        ("2026-11-28 12:00", 8, "2026-11-30 17:00"),
        ("2026-11-25 17:00", 1, "2026-11-26 10:00"),
        ("2026-11-25 06:00", 40, "2026-12-01 17:00"),
    ],
)
def test_something_is_due_after_hours_of_opening(start: str, hours: int, due: str) -> None:
    assert office().due(at(start), timedelta(hours=hours)) == at(due)


def test_a_lunch_break_does_not_count() -> None:
    hours = BusinessHours(BERLIN, (((time(9), time(12)), (time(13), time(17))),) * 5 + ((), ()))
    assert hours.due(at("2026-11-25 11:00"), timedelta(hours=2)) == at("2026-11-25 14:00")
    assert hours.between(at("2026-11-25 09:00"), at("2026-11-26 09:00")) == timedelta(hours=7)


def test_a_holiday_does_not_count() -> None:
    hours = office(is_holiday=lambda day: day == date(2026, 11, 26))
    assert hours.due(at("2026-11-25 16:00"), timedelta(hours=2)) == at("2026-11-27 10:00")


@pytest.mark.parametrize(
    ("day", "open_hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)],
    ids=["spring", "autumn", "plain"],
)
def test_a_day_is_as_long_as_it_really_is(day: str, open_hours: int) -> None:
    start = at(f"{day} 00:00")
    end = datetime.combine(start.date() + timedelta(days=1), time(0), tzinfo=BERLIN)
    assert BusinessHours(BERLIN, ALWAYS).between(start, end) == timedelta(hours=open_hours)


def test_an_hour_that_the_clocks_skip_is_not_worked() -> None:
    hours = BusinessHours(NEW_YORK, (((time(1), time(5)),),) * 7)
    assert hours.due(at("2026-03-08 00:00", NEW_YORK), timedelta(hours=3)) == at("2026-03-08 05:00", NEW_YORK)


def test_an_hour_that_comes_twice_is_worked_twice() -> None:
    hours = BusinessHours(NEW_YORK, (((time(1), time(3)),),) * 7)
    start = at("2026-11-01 00:00", NEW_YORK)
    assert hours.between(start, start + timedelta(hours=12)) == timedelta(hours=3)


def test_opening_at_a_time_that_is_skipped_is_opening_at_the_change() -> None:
    hours = BusinessHours(NEW_YORK, (((time(2, 30), time(4)),),) * 7)
    start = at("2026-03-08 00:00", NEW_YORK)
    assert hours.due(start, timedelta(hours=1)) == at("2026-03-08 04:00", NEW_YORK)


def test_a_case_over_the_change_of_the_clocks_is_due_at_the_same_time_on_the_wall() -> None:
    assert office().due(at("2026-10-23 16:00"), timedelta(hours=8)) == at("2026-10-26 16:00")


def test_a_pause_does_not_count() -> None:
    pauses = [
        (at("2026-11-25 11:00"), at("2026-11-26 10:00")),
        (at("2026-11-26 12:00"), at("2026-11-26 13:00")),
    ]
    assert office().due(at("2026-11-25 10:00"), timedelta(hours=4), pauses) == at("2026-11-26 14:00")
    assert office().between(at("2026-11-25 10:00"), at("2026-11-26 14:00"), pauses) == timedelta(hours=4)


def test_nothing_is_ever_due_where_nobody_works() -> None:
    with pytest.raises(NeverOpenError):
        BusinessHours(BERLIN, ((),) * 7).due(at("2026-11-25 10:00"), timedelta(minutes=1))


def test_the_desk_is_open_from_opening_to_closing() -> None:
    opens, closes = at("2026-11-25 09:00"), at("2026-11-25 17:00")
    assert office().is_open(opens)
    assert not office().is_open(closes)


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(start=moments, minutes=st.integers(1, 6_000), pause=st.tuples(moments, st.integers(1, 3_000)))
def test_what_is_due_has_had_its_time(start: datetime, minutes: int, pause: tuple[datetime, int]) -> None:
    pauses = [(pause[0], pause[0] + timedelta(minutes=pause[1]))]
    due = office(NEW_YORK).due(start, timedelta(minutes=minutes), pauses)
    assert office(NEW_YORK).between(start, due, pauses) == timedelta(minutes=minutes)
    instant = timedelta(microseconds=1)
    assert office(NEW_YORK).between(start, due - instant, pauses) == timedelta(minutes=minutes) - instant
