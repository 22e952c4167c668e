"""What is said in a case, and what an answer means for its status, its clocks and its mails."""

from datetime import timedelta
from operator import attrgetter
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import Contact
from cases.actions.holding import hold_replies
from cases.actions.notices import MAIL_CODE, mail_customers, mail_staff, subject_of_mails
from cases.actions.promises import REPLIES, keep_promises, owe_reply
from cases.actions.status import assign_case, locked_case, move
from cases.models import Case, CaseDesk, CaseMessage, CaseStatus, ScheduledReply, StatusCategory
from records.actions import messages
from records.talk import Talk


def why_nothing_is_said(case: Case, contact: Contact | None) -> str:
    """Nothing is written to a case that was merged: nobody would read it there."""
    if contact and case.category == StatusCategory.CANCELLED:
        return _("This case no longer accepts replies.")
    if contact and is_settled(case):
        return _("This case was resolved too long ago to be reopened. Please open a follow-up case.")
    if case.merged_into_id:
        return _("This case was merged into another one. Please reply there.")
    return ""


def is_settled(case: Case) -> bool:
    return case.category == StatusCategory.RESOLVED and case.is_settled(
        timedelta(days=desk_of(case)["reopen_days"]), timezone.now()
    )


def editable_for(case: Case) -> timedelta | None:
    return timedelta(minutes=desk_of(case)["edit_minutes"]) if case.takes_edits else None


def desk_of(case: Case) -> dict[str, int]:
    """As CaseQuerySet.for_page loads it, or by a query of its own."""
    if desk := getattr(case, "desk", None):
        return dict(desk)
    found = CaseDesk.objects.the_one()
    return {"reopen_days": found.reopen_days, "edit_minutes": found.edit_minutes}


def note_reply(actor: Actor, case: Case, message: CaseMessage, status: CaseStatus | None = None) -> None:
    """A customer's answer takes a waiting, held or resolved case up again; staff choose the new ``status``
    (None: a new case is then in progress, any other stays)."""
    if actor.contact:
        _note_customer_reply(actor, case, message)
    else:
        _note_staff_reply(actor, case, message, status)
    mail_customers("reply", case, message, but=actor.contact)
    if actor.contact:
        mail_staff("reply_for_staff", case, message)


def _note_customer_reply(actor: Actor, case: Case, message: CaseMessage) -> None:
    hold_replies(case, ScheduledReply.Held.ANSWERED, message.created_at)
    if case.category in (StatusCategory.WAITING, StatusCategory.ON_HOLD, StatusCategory.RESOLVED):
        move(actor, case, CaseStatus.objects.get(pk=CaseStatus.IN_PROGRESS), message.created_at)
    owe_reply(case, message.created_at)


def _note_staff_reply(actor: Actor, case: Case, message: CaseMessage, status: CaseStatus | None) -> None:
    if case.first_reply_at is None:
        case.first_reply_at = message.created_at
        case.save(update_fields=["first_reply_at"])
    keep_promises(case, REPLIES, message.created_at)
    _take(actor, case)
    if status is None and case.status_id == CaseStatus.NEW:
        status = CaseStatus.objects.get(pk=CaseStatus.IN_PROGRESS)
    if status:
        move(actor, case, status, message.created_at)


def _take(actor: Actor, case: Case) -> None:
    """An unassigned case goes to whoever answers it, unless Case handling says otherwise."""
    if case.assigned_to_id is None and actor.user and CaseDesk.objects.the_one().answering_takes:
        assign_case(actor=actor, case=case, to=actor.user)
        case.assigned_to = actor.user


TALK = Talk(
    messages=CaseMessage,
    code=MAIL_CODE,
    accepts=Case.involves,
    refusal=why_nothing_is_said,
    editable_for=editable_for,
    over_words=gettext_lazy("The case is closed. Its messages can no longer be changed."),
    subject=subject_of_mails,
    successor=attrgetter("merged_into_id"),
    lock=locked_case,
    after=note_reply,
)


def reply_to_case(
    *, actor: Actor, case: Case, body: str, status: CaseStatus | None = None, **sent: Any
) -> CaseMessage:
    """Write an answer that the customer reads. ``sent``: further arguments of records.actions.messages.reply
    (uploads, submission)."""
    message = messages.reply(actor=actor, talk=TALK, record=case, body=body, status=status, **sent)
    return cast("CaseMessage", message)


def add_internal_note(*, actor: Actor, case: Case, body: str, **sent: Any) -> CaseMessage:
    """Write what only staff read."""
    return cast("CaseMessage", messages.add_note(actor=actor, talk=TALK, record=case, body=body, **sent))
