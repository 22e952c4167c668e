"""How agents see the clocks of a case: late, near, running, standing still. In words always; the tone gives
the colour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from cases.models import PAUSED, Case, CaseClock
from lib.moments import moment, moments_for_reader

NEAR = timedelta(hours=1)
NOTHING_DUE = escape("")


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


def timers_for_reader() -> Callable[[datetime | None, str, bool], SafeString]:
    """The next promise of a case, for the many rows of a dense list: plain figures, and words only where it
    is late or near. Takes when it is due, the case's category, and whether it is closed."""
    now = timezone.now()
    told = moments_for_reader(now)

    def timer(due_at: datetime | None, category: str, is_closed: bool) -> SafeString:
        if is_closed:
            return NOTHING_DUE
        if category in PAUSED:
            return format_html('<span class="is-paused">{}</span>', _("paused"))
        if due_at is None:
            return NOTHING_DUE
        short, exact = told(due_at)
        mark = _running(due_at, due_at - NEAR, now) if due_at - NEAR <= now else Mark("running", short)
        return format_html('<span class="is-{}" title="{}">{}</span>', mark.tone, exact, mark.text)

    return timer


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
