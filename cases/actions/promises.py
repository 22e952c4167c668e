"""The clocks of a case: begun, paused, kept, missed. Called by the actions that move the case, with its row
locked."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import models
from django.utils import timezone

from accounts.actions import record_activity
from accounts.actors import SYSTEM
from cases.actions.notices import everyone_concerned, leads_of, mail_staff, watchers_of
from cases.actions.one_by_one import one_by_one
from cases.models import PAUSED, Case, CaseClock, CaseMessage, CasePause, ResponseTarget
from lib.business_time import BusinessHours
from lib.locks import unlocked

REPLIES = (ResponseTarget.FIRST_REPLY, ResponseTarget.NEXT_REPLY)
OF_CLOCK = ("case__assigned_to", "case__queue__lead", "case__account", "case__contact", "case__status")


def begin_promises(case: Case, now: datetime) -> None:
    """For a new case, or one that is taken up again: what its service level promises from now on."""
    case.sla_policy = case.fitting_policy()
    case.save(update_fields=["sla_policy"])
    _begin(case, owed_reply(case), now)
    _begin(case, ResponseTarget.RESOLUTION, now)
    note_next_due(case)


def owe_reply(case: Case, now: datetime) -> None:
    """The customer has written: an answer is owed, unless one is already."""
    if not running(case).filter(promise__in=REPLIES).exists():
        _begin(case, ResponseTarget.NEXT_REPLY, now)
        note_next_due(case)


def keep_promises(case: Case, promises: tuple[str, ...], now: datetime) -> None:
    running(case).filter(promise__in=promises).update(met_at=now)
    note_next_due(case)


def drop_promises(
    case: Case, now: datetime, promises: tuple[str, ...] = tuple(ResponseTarget.values)
) -> None:
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
    """Another priority, type or contract may promise something else, reckoned from when the promise began;
    what was not promised before is promised now."""
    case.sla_policy = case.fitting_policy()
    case.save(update_fields=["sla_policy"])
    for clock in running(case):
        minutes = case.sla_policy.minutes_for(clock.promise) if case.sla_policy else None
        clock.minutes, clock.dropped_at = (minutes, None) if minutes else (clock.minutes, now)
        clock.save(update_fields=["minutes", "dropped_at"])
    if not case.is_closed:
        _begin_what_is_owed(case)
    _reckon_again(case, now)
    note_next_due(case)


def go_on_with(clocks: Iterable[CaseClock], case: Case, now: datetime) -> None:
    """Clocks of a case that was merged into this one: what was owed there since then, and missed there, is so
    here."""
    for clock in clocks:
        kind = REPLIES if clock.promise in REPLIES else (ResponseTarget.RESOLUTION,)
        if clock.promise in REPLIES and not running(case).filter(promise__in=REPLIES).exists():
            _begin(case, owed_reply(case), clock.started_at)
        if kept_on := running(case).filter(promise__in=kind).first():
            _take_over(kept_on, clock)
    _reckon_again(case, now)
    note_next_due(case)


def _take_over(kept_on: CaseClock, clock: CaseClock) -> None:
    """The miss is counted once: where it goes on."""
    kept_on.started_at = min(kept_on.started_at, clock.started_at)
    kept_on.missed_at, kept_on.warned_at = (
        kept_on.missed_at or clock.missed_at,
        kept_on.warned_at or clock.warned_at,
    )
    kept_on.save(update_fields=["started_at", "missed_at", "warned_at"])
    CaseClock.objects.filter(pk=clock.pk).update(missed_at=None)


def warn_of_promises(*, now: datetime | None = None) -> int:
    """Tell agents of promises that are about to run out, and of those that have. Returns how many were told
    of.

    Cases that somebody else is at are left for the next time.
    """
    now = now or timezone.now()
    missed = one_by_one(
        _missed(now).values_list("pk", flat=True), lambda pk: _tell_of(pk, _missed(now), _tell_missed, now)
    )
    near = one_by_one(
        _near(now).values_list("pk", flat=True), lambda pk: _tell_of(pk, _near(now), _tell_near, now)
    )
    return missed + near


def _missed(now: datetime) -> models.QuerySet[CaseClock]:
    return _watched().filter(due_at__lte=now, missed_at=None)


def _near(now: datetime) -> models.QuerySet[CaseClock]:
    return _watched().filter(warn_at__lte=now, due_at__gt=now, warned_at=None)


def _watched() -> models.QuerySet[CaseClock]:
    return CaseClock.objects.filter(met_at=None, dropped_at=None).exclude(case__category__in=PAUSED)


def _tell_of(
    pk: int, due: models.QuerySet[CaseClock], tell: Callable[[CaseClock, datetime], None], now: datetime
) -> bool:
    """Asked again with the case's row locked: it may have been answered meanwhile."""
    case = unlocked(Case.objects.filter(pk__in=CaseClock.objects.filter(pk=pk).values("case"))).only("pk")
    clock = due.select_related(*OF_CLOCK).filter(pk=pk).first() if case.first() else None
    if clock:
        tell(clock, now)
    return clock is not None


def _tell_near(clock: CaseClock, now: datetime) -> None:
    _note(clock, "promise_near", warned_at=now)
    mail_staff("promise_near", clock.case, to=watchers_of(clock.case), clock=clock)


def _tell_missed(clock: CaseClock, now: datetime) -> None:
    """Whoever looks after the case is told, and the lead: what is late is no longer one agent's business
    alone."""
    case, leads = clock.case, leads_of(clock.case)
    _note(clock, "promise_missed", missed_at=now, warned_at=clock.warned_at or now)
    if leads and case.lead_told_at is None:
        case.lead_told_at = now
        case.save(update_fields=["lead_told_at"])
    if leads:
        names = ", ".join(who.get_full_name() for who in leads)
        record_activity(actor=SYSTEM, verb="case.lead_told", record=case, is_internal=True, who=names)
    mail_staff("promise_missed", case, to=everyone_concerned(case), clock=clock)


def running(case: Case) -> models.QuerySet[CaseClock]:
    return CaseClock.objects.filter(case=case, met_at=None, dropped_at=None)


def note_next_due(case: Case) -> None:
    """Keep the earliest running promise on the case, for the agents' list; a paused case has none."""
    due = (
        None if case.is_paused else running(case).order_by("due_at").values_list("due_at", flat=True).first()
    )
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


def _begin_what_is_owed(case: Case) -> None:
    since = case.reopened_at or case.created_at
    if not running(case).filter(promise__in=REPLIES).exists() and (asked := _unanswered_since(case, since)):
        _begin(case, owed_reply(case), asked)
    _begin(case, ResponseTarget.RESOLUTION, since)


def owed_reply(case: Case) -> ResponseTarget:
    return ResponseTarget.NEXT_REPLY if case.first_reply_at else ResponseTarget.FIRST_REPLY


def _unanswered_since(case: Case, since: datetime) -> datetime | None:
    """None: the last word that the customer reads is the desk's. A case that was taken up again wants an
    answer, whoever wrote last."""
    if case.first_reply_at is None:
        return since
    said = CaseMessage.objects.filter(case=case, visibility=CaseMessage.Visibility.CUSTOMER)
    answered = said.filter(author_contact=None).aggregate(at=models.Max("created_at"))["at"]
    if answered is None or answered < since:
        return since
    asked: datetime | None = said.filter(created_at__gt=answered).aggregate(at=models.Min("created_at"))["at"]
    return asked


def _reckon_again(case: Case, now: datetime) -> None:
    policy = case.sla_policy
    if policy is None:
        return
    hours: BusinessHours = policy.calendar.hours()
    pauses = [pause.span(now) for pause in CasePause.objects.filter(case=case)]
    for clock in running(case):
        clock.reckon_again(hours, policy.warn_percent, pauses, now)
        clock.save(update_fields=["due_at", "warn_at", "warned_at", "missed_at"])


def _note(clock: CaseClock, event: str, **marks: datetime) -> None:
    for name, moment in marks.items():
        setattr(clock, name, moment)
    clock.save(update_fields=list(marks))
    due = clock.due_at.isoformat()
    record_activity(
        actor=SYSTEM,
        verb=f"case.{event}",
        record=clock.case,
        is_internal=True,
        promise=clock.promise,
        due=due,
    )
