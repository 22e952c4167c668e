"""Two cases become one, or one becomes two."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from cases.actions.entitlements import OPENING, deduct_case, give_back
from cases.actions.holding import hold
from cases.actions.notices import mail_customers
from cases.actions.promises import begin_promises, go_on_with, running
from cases.actions.routing import route
from cases.actions.status import locked_case, move
from cases.models import (
    Case,
    CaseDesk,
    CaseMessage,
    CaseParticipant,
    CaseStatus,
    Deduction,
    ScheduledReply,
    StatusCategory,
    TimeEntry,
)
from lib.locks import lock_keys, locked, locked_rows
from records.actions.following import share_follows

CUSTOMER = CaseMessage.Visibility.CUSTOMER


def why_not_merged(case: Case, into: Case) -> str:
    """Empty where ``case`` may be merged into the other one."""
    if case.pk == into.pk:
        return _("A case cannot be merged into itself.")
    if case.account_id != into.account_id or (case.account_id is None and case.contact_id != into.contact_id):
        return _("Only cases of the same account can be merged.")
    if case.is_closed:
        return _("%(number)s is closed. Only an open case can be merged into another.") % {
            "number": case.number
        }
    if into.category == StatusCategory.CANCELLED:
        return _("%(number)s is cancelled. Nothing can be merged into it.") % {"number": into.number}
    return ""


@transaction.atomic
def merge_cases(*, actor: Actor, case: Case, into: Case) -> Case:
    """Move what was said, sent and worked to ``into``, with everybody who was in the loop; ``case`` is
    cancelled and leads there.

    It no longer counts: what it drew from an entitlement as a case is given back. What was promised and
    missed in it is so in ``into``, unless that is resolved: then nothing is owed any more. Cannot be undone.
    Raises ValidationError.
    """
    case, into = _both_locked(case, into)
    if reason := why_not_merged(case, into):
        raise ValidationError(reason)
    now = timezone.now()
    owed = list(running(case))
    mail_customers("merged", case, into=into)
    _move_contents(case, into)
    _move_scheduled(case, into, now)
    _give_back(case, into)
    _join_readers(case, into, actor)
    move(actor, case, CaseStatus.objects.first_of(StatusCategory.CANCELLED), now)
    case.merged_into, into.updated_at = into, now
    case.save(update_fields=["merged_into"])
    Case.objects.filter(merged_into=case).update(merged_into=into)
    into.save(update_fields=["updated_at"])
    if not into.is_closed:
        go_on_with(owed, into, now)
    record_activity(actor=actor, verb="case.merged", record=into, number=case.number)
    record_activity(actor=actor, verb="case.merged_away", record=case, number=into.number)
    return into


@transaction.atomic
def split_case(*, actor: Actor, case: Case, messages: Collection[CaseMessage], subject: str) -> Case:
    """Make a case of its own of some messages, for the same contact and those in the loop. It counts as a
    case of its own, even where the entitlement is used up: that it is two matters is for staff to say."""
    case = locked_case(case)
    chosen = list(CaseMessage.objects.filter(case=case, pk__in=[message.pk for message in messages]))
    _check_split(case, chosen)
    now = timezone.now()
    same = (
        "request_type",
        "product",
        "priority",
        "account",
        "contact",
        "entitlement",
        "assigned_to",
        "queue",
        "origin",
    )
    made = Case.objects.create(
        subject=subject, follows_up=case, **{name: getattr(case, name) for name in same}
    )
    made = locked_case(made)
    _furnish(made, case, chosen, now)
    record_activity(actor=actor, verb="case.split", record=case, number=made.number)
    record_activity(actor=actor, verb="case.split_off", record=made, number=case.number)
    mail_customers("split", made, before=case)
    return made


def _both_locked(case: Case, into: Case) -> tuple[Case, Case]:
    """One merge after another, and its cases in one order, with those that were merged before and are led
    on: agents whose merges cross would wait for each other, for cases that became such ones only while
    they waited."""
    locked(CaseDesk.objects.the_one())
    lock_keys(Case.objects.filter(Q(pk__in=(case.pk, into.pk)) | Q(merged_into=case.pk)))
    return locked_case(case), locked_case(into)


def _move_contents(case: Case, into: Case) -> None:
    """Deductions of hours go with their time entries."""
    CaseMessage.objects.filter(case=case).update(case=into)
    Deduction.objects.filter(case=case, time_entry__isnull=False).update(case=into)
    TimeEntry.objects.filter(case=case).update(case=into)


def _move_scheduled(case: Case, into: Case, now: datetime) -> None:
    """Replies that were to be sent in a case that is over are for their authors to decide about, where the
    conversation goes on."""
    waiting = list(ScheduledReply.objects.waiting().filter(case=case).select_related("author"))
    ScheduledReply.objects.filter(case=case).update(case=into)
    for reply in waiting:
        hold(into, reply, ScheduledReply.Held.MERGED, now)


def _give_back(case: Case, into: Case) -> None:
    """No more than still stands: an administrator may have given it back already."""
    for line in locked_rows(Deduction.objects.filter(case=case, time_entry=None, corrects=None)):
        give_back(line, _("Merged into %(number)s") % {"number": into.number})


def _join_readers(case: Case, into: Case, actor: Actor) -> None:
    """Who could read the one can read the other. Who follows or has muted it, does so there."""
    share_follows(record=case, into=into)
    people = {case.contact_id, *CaseParticipant.objects.filter(case=case).values_list("contact", flat=True)}
    CaseParticipant.objects.bulk_create(
        (
            CaseParticipant(case=into, contact_id=pk, added_by=actor.user)
            for pk in sorted(people - {into.contact_id})
        ),
        ignore_conflicts=True,
    )


def _check_split(case: Case, chosen: list[CaseMessage]) -> None:
    if not any(message.visibility == CUSTOMER for message in chosen):
        raise ValidationError(_("Choose at least one message that the customer can read."))
    chosen_pks = [message.pk for message in chosen]
    if not CaseMessage.objects.filter(case=case, visibility=CUSTOMER).exclude(pk__in=chosen_pks).exists():
        raise ValidationError(_("Leave at least one message that the customer can read in this case."))


def _furnish(made: Case, case: Case, chosen: list[CaseMessage], now: datetime) -> None:
    CaseMessage.objects.filter(pk__in=[message.pk for message in chosen]).update(case=made)
    share_follows(record=case, into=made)
    people = CaseParticipant.objects.filter(case=case).values("contact_id", "added_by_id")
    CaseParticipant.objects.bulk_create(CaseParticipant(case=made, **row) for row in people)
    answers = [message.created_at for message in chosen if message.is_by_staff and not message.is_internal]
    if answers:
        made.first_reply_at = min(answers)
        made.save(update_fields=["first_reply_at"])
    if made.assigned_to is None and made.queue is None:
        route(made)
    begin_promises(made, now)
    deduct_case(made, OPENING)
