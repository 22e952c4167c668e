"""Working time: when is something due after so many hours of opening, and how long was it open between two
moments.

Opening hours are wall-clock times of a time zone; durations are real ones. A day on which the clocks change
is as long as it really is: what opens at 00:00 and closes at 24:00 is open for 23 or 25 hours. What closes
when an hour begins that comes twice closes at its first beginning; what closes within that hour closes the
second time.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
"""From one moment (included) to another (excluded), both aware."""

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta.resolution
HORIZON_DAYS = 3660


class NeverOpenError(ValueError):
    """The hours leave no working time within ten years."""


@dataclass(frozen=True)
class BusinessHours:
    """``opening``: for each weekday (Monday is 0) the intervals of wall-clock time, sorted and apart from
    each other; one that ends at 00:00 lasts until midnight. ``is_holiday`` tells of days without any."""

    zone: ZoneInfo
    opening: tuple[tuple[tuple[time, time], ...], ...]
    is_holiday: Callable[[date], bool] = lambda _day: False

    def due(self, start: datetime, amount: timedelta, pauses: Iterable[Span] = ()) -> datetime:
        """The moment at which ``amount`` of working time since ``start``, pauses left out, has passed."""
        left, closed = amount, sorted(pauses)
        if left <= timedelta(0):
            return start
        for opens, closes in self._spans(start, closed):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise NeverOpenError

    def between(self, start: datetime, end: datetime, pauses: Iterable[Span] = ()) -> timedelta:
        """Working time from ``start`` to ``end``, pauses left out."""
        total, closed = timedelta(0), sorted(pauses)
        for opens, closes in self._spans(start, closed):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def open_from(self, moment: datetime) -> datetime:
        """``moment`` itself while it is open, else when it opens next."""
        for opens, _closes in self._spans(moment, []):
            return opens
        raise NeverOpenError

    def is_open(self, moment: datetime) -> bool:
        day = moment.astimezone(self.zone).date()
        near = (day - DAY, day, day + DAY)
        return any(opens <= moment < closes for each in near for opens, closes in self._day(each))

    def _spans(self, start: datetime, pauses: list[Span]) -> Iterator[Span]:
        """In order. Two intervals overlap where the clocks go back between them: that time counts once."""
        start = start.astimezone(UTC)
        day = start.astimezone(self.zone).date() - DAY
        for _ in range(HORIZON_DAYS):
            for opens, closes in self._day(day):
                if closes > start:
                    yield from _without((max(opens, start), closes), pauses)
                    start = closes
            day += DAY

    def _day(self, day: date) -> Iterator[Span]:
        """The day's opening in UTC: from the first moment to the last at which the clock shows an opening
        time."""
        if self.is_holiday(day):
            return
        for opens, closes in self.opening[day.weekday()]:
            last_day = day if closes > time(0) else day + DAY
            span = (self._first(datetime.combine(day, opens)), self._end(datetime.combine(last_day, closes)))
            if span[0] < span[1]:
                yield span

    def _first(self, wall: datetime) -> datetime:
        """When the clock on the wall shows ``wall`` first; for a time that is skipped, the moment of the
        change."""
        moment = wall.replace(tzinfo=self.zone).astimezone(UTC)
        return moment if self._wall(moment) == wall else self._change(wall)

    def _end(self, wall: datetime) -> datetime:
        """When the last time before ``wall`` is over. ``wall`` itself may come an hour later once more."""
        last = wall - INSTANT
        moment = last.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        return moment + INSTANT if self._wall(moment) == last else self._change(last)

    def _change(self, wall: datetime) -> datetime:
        """The moment of the change that skips ``wall``: clocks change when a minute begins."""
        wall = wall.replace(second=0, microsecond=0)
        early, late = sorted(wall.replace(tzinfo=self.zone, fold=either).astimezone(UTC) for either in (0, 1))
        minutes = range((late - early) // MINUTE + 1)
        return early + MINUTE * bisect_left(
            minutes, 1, key=lambda minute: self._wall(early + minute * MINUTE) >= wall
        )

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)


def _without(span: Span, pauses: list[Span]) -> Iterator[Span]:
    """What is left of a span."""
    start, end = span
    for pause_start, pause_end in pauses:
        if pause_end <= start or pause_start >= end:
            continue
        if pause_start > start:
            yield start, pause_start
        start = max(start, pause_end)
    if start < end:
        yield start, end
