"""Where a case stands, whose it is and how urgent: by agents, by customers, by time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import SYSTEM, Actor
from accounts.models import User
from cases.actions.entitlements import RESOLVING, deduct_case, entitlement_for, offered_priorities
from cases.actions.holding import hold_replies
from cases.actions.notices import at_the_desk, everyone_concerned, mail_customers, mail_staff
from cases.actions.one_by_one import one_by_one
from cases.actions.promises import (
    REPLIES,
    begin_promises,
    change_promises,
    drop_promises,
    keep_promises,
    pause_or_resume,
)
from cases.models import (
    CLOSED,
    Case,
    CaseDesk,
    CaseQuerySet,
    CaseStatus,
    ResponseTarget,
    ScheduledReply,
    StatusCategory,
)
from lib.locks import locked, unlocked


def locked_case(case: Case) -> Case:
    """With what every action asks of it."""
    return locked(case, "status", "contact__account", "entitlement")


@transaction.atomic
def change_status(*, actor: Actor, case: Case, status: CaseStatus) -> Case:
    """Move the case to ``status`` and tell the customers; nothing happens when it is there already."""
    case = locked_case(case)
    if move(actor, case, status, timezone.now()):
        mail_customers("status", case)
    return case


@transaction.atomic
def close_case(*, actor: Actor, case: Case, category: str) -> Case:
    """The customer says that the matter is settled (resolved), or no longer wanted (cancelled)."""
    case = locked_case(case)
    if case.is_closed and case.category == category:
        return case
    if not case.may_be_closed_by(actor.contact) or category not in CLOSED:
        raise ValidationError(_("This case can no longer be closed."))
    move(actor, case, CaseStatus.objects.first_of(category), timezone.now())
    mail_staff("closed_for_staff", case, actor=actor)
    mail_customers("status", case, but=actor.contact)
    return case


@transaction.atomic
def reopen_case(*, actor: Actor, case: Case) -> Case:
    """The customer takes a resolved case up again, as long as the desk's settings let them."""
    case = locked_case(case)
    if case.category == StatusCategory.ACTIVE:
        return case
    now = timezone.now()
    if not case.may_be_reopened_by(actor.contact, window=reopening_window(), now=now):
        raise ValidationError(_("This case can no longer be reopened. Open a follow-up case instead."))
    move(actor, case, CaseStatus.objects.get(pk=CaseStatus.IN_PROGRESS), now)
    mail_staff("reopened_for_staff", case, actor=actor)
    return case


@transaction.atomic
def rate_case(*, actor: Actor, case: Case, rating: int, comment: str = "") -> Case:
    """Did this solve it? 1 to 5. The last word counts."""
    case = locked_case(case)
    if not case.may_be_rated_by(actor.contact):
        raise ValidationError(_("You can rate only your own resolved cases."))
    case.rating, case.rating_comment, case.rated_at = rating, comment, timezone.now()
    case.save(update_fields=["rating", "rating_comment", "rated_at"])
    record_activity(actor=actor, verb="case.rated", record=case, rating=rating)
    return case


@transaction.atomic
def change_priority(*, actor: Actor, case: Case, priority: str, reason: str = "") -> Case:
    """Customers give a reason and choose from what their entitlement allows."""
    case = locked_case(case)
    if case.priority == priority:
        return case
    if actor.contact:
        _check_priority(actor, case, priority, reason)
    before, case.priority = case.priority, priority
    case.save(update_fields=["priority"])
    change_promises(case, timezone.now())
    record_activity(
        actor=actor, verb="case.priority_changed", record=case, before=before, after=priority, reason=reason
    )
    if actor.contact:
        mail_staff("priority_for_staff", case, reason=reason, actor=actor)
    return case


def _check_priority(actor: Actor, case: Case, priority: str, reason: str) -> None:
    if not case.may_be_closed_by(actor.contact):
        raise ValidationError(_("The priority of this case cannot be changed."))
    entitlement = case.entitlement or entitlement_for(case.contact, case.product)
    if priority not in offered_priorities(entitlement, CaseDesk.objects.the_one()):
        raise ValidationError({"priority": _("Your support contract does not include this priority.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Briefly explain why.")})


@transaction.atomic
def escalate_case(*, actor: Actor, case: Case, reason: str) -> Case:
    """The customer asks for more attention; once until the case is closed."""
    case = locked_case(case)
    if not case.may_be_closed_by(actor.contact):
        raise ValidationError(_("This case cannot be escalated."))
    if case.escalated_at is None:
        case.escalated_at = timezone.now()
        case.save(update_fields=["escalated_at"])
        record_activity(actor=actor, verb="case.escalated", record=case, reason=reason)
        mail_staff("escalated_for_staff", case, to=everyone_concerned(case), reason=reason, actor=actor)
    return case


@transaction.atomic
def assign_case(*, actor: Actor, case: Case, to: User | None) -> Case:
    """Whoever gets it is told, unless they took it themselves."""
    case = locked_case(case)
    if case.assigned_to_id != (to.pk if to else None):
        case.assigned_to = to
        case.save(update_fields=["assigned_to"])
        record_activity(
            actor=actor,
            verb="case.assigned",
            record=case,
            is_internal=True,
            to=to.get_full_name() if to else "",
        )
        if to and not case.is_closed:
            mail_staff("assigned", case, to=at_the_desk({to} - {actor.user}), actor=actor)
    return case


def attend_to_waiting_cases(*, now: datetime | None = None) -> int:
    """Resolve what waits too long, and remind customers whose answer is waited for. Returns how many cases
    were dealt with.

    Cases that somebody else is at are left for the next time.
    """
    now, desk = now or timezone.now(), CaseDesk.objects.the_one()
    done = 0
    if desk.closing_days:
        silent = Case.objects.waiting_for_customer().filter(
            waiting_since__lte=now - timedelta(days=desk.closing_days)
        )
        done += _for_each(silent, lambda case: _close_for_silence(case, now))
    if desk.reminder_days:
        due = Case.objects.waiting_for_customer().filter(
            waiting_since__lte=now - timedelta(days=desk.reminder_days), reminded_at=None
        )
        done += _for_each(due, lambda case: _remind(case, now, desk.closing_days))
    return done


def _for_each(due: CaseQuerySet, deal_with: Callable[[Case], None]) -> int:
    """Asked again with the case's row locked: the customer may have answered meanwhile."""

    def work(pk: int) -> bool:
        case = unlocked(due.filter(pk=pk)).only("pk").first()
        if case:
            deal_with(locked_case(case))
        return case is not None

    return one_by_one(due.order_by("waiting_since", "pk").values_list("pk", flat=True), work)


def _close_for_silence(case: Case, now: datetime) -> None:
    move(SYSTEM, case, CaseStatus.objects.first_of(StatusCategory.RESOLVED), now)
    mail_customers("closed_for_silence", case)


def _remind(case: Case, now: datetime, closing_days: int) -> None:
    case.reminded_at = now
    case.save(update_fields=["reminded_at"])
    mail_customers("reminder", case, closing_days=closing_days)


def reopening_window() -> timedelta:
    return timedelta(days=CaseDesk.objects.the_one().reopen_days)


def move(actor: Actor, case: Case, status: CaseStatus, now: datetime) -> bool:
    """Every change of status comes through here, with the case's row locked. Raises ValidationError for a
    forbidden one."""
    if case.status_id == status.pk:
        return False
    if not case.may_move_to(status):
        raise ValidationError(
            _("A case that is %(before)s cannot become %(after)s.") % {"before": case.status, "after": status}
        )
    before, category = case.status, case.category
    case.move_to(status, now=now)
    case.updated_at = now
    case.save(update_fields=["status", "category", "closed_at", "waiting_since", "reminded_at", "updated_at"])
    _follow(actor, case, category, now)
    words: dict[str, Any] = {"after_label": status.label, "after_customer_label": status.customer_label}
    record_activity(
        actor=actor, verb="case.status_changed", record=case, before=before.pk, after=status.pk, **words
    )
    return True


def _follow(actor: Actor, case: Case, before: str, now: datetime) -> None:
    """What a change of category means for promises and entitlement."""
    if case.category == before:
        return
    pause_or_resume(case, before, now)
    if case.category == StatusCategory.RESOLVED:
        keep_promises(
            case,
            (ResponseTarget.RESOLUTION,) if actor.contact else (ResponseTarget.RESOLUTION, *REPLIES),
            now,
        )
        deduct_case(case, RESOLVING)
    if case.category in CLOSED:
        drop_promises(case, now)
        hold_replies(case, ScheduledReply.Held.CLOSED, now)
        case.escalated_at = case.lead_told_at = None
        case.save(update_fields=["escalated_at", "lead_told_at"])
    elif before in CLOSED:
        case.reopened_at = now
        case.save(update_fields=["reopened_at"])
        begin_promises(case, now)
