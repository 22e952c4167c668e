"""What the customer is promised, or what is waited for: one line on the case's page, in their own time."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cases.models import Case, ResponseTarget
from lib.moments import day, moment


@dataclass(frozen=True)
class PromiseLine:
    text: str
    tone: str
    """``info``, ``warning`` (late), ``paused`` or ``waiting`` (for the reader)."""
    at: datetime


def promise_line(case: Case, now: datetime, *, is_own: bool = True) -> PromiseLine | None:
    """``case`` as CaseQuerySet.for_page loads it. None: nothing is promised, and nothing waited for.

    Only whoever opened the case (``is_own``) is told that it waits for them.
    """
    if case.is_closed:
        return None
    if case.is_waiting and case.waiting_since:
        return _waiting(case, case.paused_since or case.waiting_since, now, is_own=is_own)
    return _clock_line(case, now) if case.running_clocks else None


def _clock_line(case: Case, now: datetime) -> PromiseLine:
    if case.is_paused and case.paused_since:
        text = format_html(
            _("Paused since {day}: on hold"),
            day=_element(day(case.paused_since, now), case.paused_since),
        )
        return PromiseLine(text, "paused", case.paused_since)
    clock = case.running_clocks[0]
    due = datetime.fromisoformat(clock["due_at"])
    time = _element(moment(due, now), due)
    if due < now:
        text = format_html(_("This was due by {time} (your time). We are sorry for the delay."), time=time)
        return PromiseLine(text, "warning", due)
    return PromiseLine(format_html(_expected(clock["promise"]), time=time), "info", due)


def _expected(promise: str) -> str:
    if promise == ResponseTarget.RESOLUTION:
        return _("Resolution expected by {time} (your time)")
    return _("Reply expected by {time} (your time)")


def _waiting(case: Case, since: datetime, now: datetime, *, is_own: bool) -> PromiseLine:
    words = {"day": _element(day(since, now), since), "name": case.contact.full_name}
    if not is_own:
        return PromiseLine(format_html(_("Waiting for {name} since {day}"), **words), "paused", since)
    stands = _("Paused since {day}: waiting for you. We will continue as soon as you reply.")
    waits = _("Waiting for you since {day}. We will continue as soon as you reply.")
    return PromiseLine(format_html(stands if case.running_clocks else waits, **words), "waiting", since)


def _element(words: str, at: datetime) -> str:
    local = timezone.localtime(at)
    exact = f"{date_format(local, 'DATETIME_FORMAT')} ({local.tzname()})"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(timespec="seconds"), exact, words
    )
