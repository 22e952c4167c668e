"""The clocks of a case: begun, paused, kept, missed. Called by the actions that move the case, with its row locked."""

from datetime import datetime

from django.db import models, transaction
from django.utils import timezone

from accounts.actions import record_activity
from accounts.actors import SYSTEM
from cases.actions.notices import mail_staff
from cases.models import PAUSED, Case, CaseClock, CasePause, Promise, SlaPolicy
from portal.lib.business_time import BusinessHours

REPLIES = (Promise.FIRST_REPLY, Promise.NEXT_REPLY)
BATCH = 200


def begin_promises(case: Case, now: datetime) -> None:
    """For a new case, or one that is taken up again: what its service level promises from now on."""
    case.sla_policy = SlaPolicy.objects.for_case(case)
    case.save(update_fields=["sla_policy"])
    _begin(case, Promise.NEXT_REPLY if case.first_reply_at else Promise.FIRST_REPLY, now)
    _begin(case, Promise.RESOLUTION, now)
    note_next_due(case)


def owe_reply(case: Case, now: datetime) -> None:
    """The customer has written: an answer is owed, unless one is already."""
    if not running(case).filter(promise__in=REPLIES).exists():
        _begin(case, Promise.NEXT_REPLY, now)
        note_next_due(case)


def keep_promises(case: Case, promises: tuple[str, ...], now: datetime) -> None:
    running(case).filter(promise__in=promises).update(met_at=now)
    note_next_due(case)


def drop_promises(case: Case, now: datetime, promises: tuple[str, ...] = tuple(Promise.values)) -> None:
    """Nothing is owed any more, kept or not."""
    running(case).filter(promise__in=promises).update(dropped_at=now)
    note_next_due(case)


def pause_or_resume(case: Case, before: str, now: datetime) -> None:
    """Called after a change of status from category ``before``."""
    if before not in PAUSED and case.category in PAUSED:
        CasePause.objects.create(case=case, started_at=now)
    elif before in PAUSED and case.category not in PAUSED:
        CasePause.objects.filter(case=case, ended_at=None).update(ended_at=now)
        _reckon_again(case, now)
    note_next_due(case)


def change_promises(case: Case, now: datetime) -> None:
    """Another priority or type may promise something else, reckoned from when the promise began."""
    case.sla_policy = SlaPolicy.objects.for_case(case)
    case.save(update_fields=["sla_policy"])
    for clock in running(case):
        minutes = case.sla_policy.minutes_for(clock.promise) if case.sla_policy else None
        clock.minutes, clock.dropped_at = (minutes, None) if minutes else (clock.minutes, now)
        clock.save(update_fields=["minutes", "dropped_at"])
    _reckon_again(case, now)
    note_next_due(case)


@transaction.atomic
def warn_of_promises(*, now: datetime | None = None) -> int:
    """Tell agents of promises that are about to run out, and of those that have. Returns how many were told of.

    Rows that another worker deals with are left to it.
    """
    now = now or timezone.now()
    clocks = CaseClock.objects.filter(met_at=None, dropped_at=None).exclude(case__category__in=PAUSED)
    clocks = clocks.select_related("case__assigned_to", "case__queue", "case__account", "case__contact", "case__status")
    missed = list(clocks.filter(due_at__lte=now, missed_at=None).select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for clock in missed:
        _tell(clock, "promise_missed", missed_at=now, warned_at=clock.warned_at or now)
    near = list(clocks.filter(warn_at__lte=now, due_at__gt=now, warned_at=None).select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for clock in near:
        _tell(clock, "promise_near", warned_at=now)
    return len(missed) + len(near)


def running(case: Case) -> models.QuerySet[CaseClock]:
    return CaseClock.objects.filter(case=case, met_at=None, dropped_at=None)


def note_next_due(case: Case) -> None:
    """Keep the earliest running promise on the case, for the agents' list; a paused case has none."""
    due = None if case.is_paused else running(case).order_by("due_at").values_list("due_at", flat=True).first()
    if case.due_at != due:
        case.due_at = due
        case.save(update_fields=["due_at"])


def _begin(case: Case, promise: str, now: datetime) -> None:
    policy = case.sla_policy
    minutes = policy.minutes_for(promise) if policy else None
    if policy is None or not minutes or running(case).filter(promise=promise).exists():
        return
    clock = CaseClock(case=case, promise=promise, minutes=minutes, started_at=now)
    clock.reckon(policy.calendar.hours(), policy.warn_percent, [])
    clock.save()


def _reckon_again(case: Case, now: datetime) -> None:
    policy = case.sla_policy
    if policy is None:
        return
    hours: BusinessHours = policy.calendar.hours()
    pauses = [pause.span(now) for pause in CasePause.objects.filter(case=case)]
    for clock in running(case):
        clock.reckon(hours, policy.warn_percent, pauses)
        clock.save(update_fields=["due_at", "warn_at"])


def _tell(clock: CaseClock, event: str, **marks: datetime) -> None:
    for name, moment in marks.items():
        setattr(clock, name, moment)
    clock.save(update_fields=list(marks))
    record_activity(
        actor=SYSTEM, verb=f"case.{event}", record=clock.case, is_internal=True, promise=clock.promise, due=clock.due_at.isoformat()
    )
    mail_staff(event, clock.case, clock=clock)
