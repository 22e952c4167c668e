"""What customers read about the company's promises: one line on the case's page, in their own time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import Case, Category, Promise

NEAR = timedelta(days=6)
"""Within so many days a weekday is enough."""


@dataclass(frozen=True)
class PromiseLine:
    text: str
    tone: str
    """``info``, ``warning`` (late) or ``paused``."""
    at: datetime


def promise_line(case: Case, now: datetime) -> PromiseLine | None:
    """``case`` as CaseQuerySet.for_page loads it. None: nothing is promised."""
    if case.is_closed or not case.running_clocks:
        return None
    if case.is_paused and case.paused_since:
        return PromiseLine(_paused(case, case.paused_since), "paused", case.paused_since)
    clock = case.running_clocks[0]
    due = datetime.fromisoformat(clock["due_at"])
    words = {"time": moment(due, now)}
    if due >= now:
        text = (
            _("Resolution expected by %(time)s (your time)")
            if clock["promise"] == Promise.RESOLUTION
            else _("Reply expected by %(time)s (your time)")
        )
        return PromiseLine(text % words, "info", due)
    return PromiseLine(_("We promised this by %(time)s (your time). We are sorry that it takes longer.") % words, "warning", due)


def _paused(case: Case, since: datetime) -> str:
    words = {"day": day(since, timezone.now())}
    if case.category == Category.WAITING:
        return _("Clock paused since %(day)s: waiting for you") % words
    return _("Clock paused since %(day)s: on hold") % words


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
