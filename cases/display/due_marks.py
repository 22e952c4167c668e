"""How agents see the clocks of a case: late, near, running, standing still. In words always; the tone gives
the colour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from cases.models import Case, CaseClock
from lib.moments import moment

NEAR = timedelta(hours=1)


@dataclass(frozen=True)
class Mark:
    """``tone``: late, near, running, paused, kept, missed or none."""

    tone: str
    text: str
    label: str = ""
    at: datetime | None = None


def due_mark(case: Case, now: datetime) -> Mark:
    """The next promise, for lists."""
    if case.is_closed:
        return Mark("none", "–")
    if case.is_paused:
        return Mark("paused", _("paused"))
    if case.due_at is None:
        return Mark("none", "–")
    return _running(case.due_at, case.due_at - NEAR, now)


def clock_marks(case: Case, clocks: list[CaseClock], now: datetime) -> list[Mark]:
    return [_clock_mark(case, clock, now) for clock in clocks]


def _clock_mark(case: Case, clock: CaseClock, now: datetime) -> Mark:
    label = clock.get_promise_display()
    if clock.met_at:
        words = {"time": moment(clock.met_at, now)}
        kept = clock.was_kept
        return Mark(
            "kept" if kept else "missed",
            (_("met %(time)s") if kept else _("met late, %(time)s")) % words,
            label,
            clock.met_at,
        )
    if clock.dropped_at:
        return Mark("none", _("no longer needed"), label, clock.dropped_at)
    if case.is_paused:
        return Mark("paused", _("paused"), label)
    mark = _running(clock.due_at, min(clock.warn_at, clock.due_at - NEAR), now)
    return Mark(mark.tone, mark.text, label, clock.due_at)


def _running(due: datetime, warn: datetime, now: datetime) -> Mark:
    if due <= now:
        return Mark("late", _("late by %(time)s") % {"time": timesince(due, now, depth=1)}, at=due)
    if warn <= now:
        return Mark("near", _("in %(time)s") % {"time": timesince(now, due, depth=1)}, at=due)
    return Mark("running", moment(due, timezone.localtime(now)), at=due)
