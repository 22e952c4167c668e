"""What is said in a case."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Contact
from cases.actions.files import attach
from cases.actions.notices import mail_customers, mail_staff
from cases.actions.promises import REPLIES, keep_promises, owe_reply
from cases.actions.status import locked, move, reopening_window
from cases.models import Case, CaseDesk, CaseMessage, CaseStatus, Draft, StatusCategory
from lib import markdown

ONLY_FILES = _lazy("(Files only.)")
"""What stands in the conversation where somebody sent files and wrote nothing."""
CUSTOMER, INTERNAL = CaseMessage.Visibility.CUSTOMER, CaseMessage.Visibility.INTERNAL


@transaction.atomic
def reply_to_case(
    *,
    actor: Actor,
    case: Case,
    body: str,
    folded: str = "",
    uploads: Sequence[UploadedFile[bytes]] = (),
    submission: uuid.UUID | None = None,
    status: CaseStatus | None = None,
) -> CaseMessage:
    """Write an answer that the customer reads, by a customer or by staff.

    A customer's answer takes a waiting, held or resolved case up again; staff choose the new ``status``
    (None: a new case is then in progress, any other stays). ``folded``: what came around it in a mail.
    """
    case = locked(case)
    if submission and (sent_before := CaseMessage.objects.filter(submission=submission, case=case).first()):
        return sent_before
    if actor.contact:
        _check_reply(case, actor.contact)
    message = write_message(
        actor=actor,
        case=case,
        visibility=CUSTOMER,
        body=body,
        folded=folded,
        uploads=uploads,
        submission=submission,
    )
    if actor.contact:
        _note_customer_reply(actor, case, message)
    else:
        _note_staff_reply(actor, case, message, status)
    record_activity(actor=actor, verb="case.replied", record=case)
    mail_customers("reply", case, message, but=actor.contact)
    if actor.contact:
        mail_staff("reply_for_staff", case, message)
    return message


@transaction.atomic
def add_internal_note(
    *,
    actor: Actor,
    case: Case,
    body: str,
    folded: str = "",
    uploads: Sequence[UploadedFile[bytes]] = (),
    submission: uuid.UUID | None = None,
) -> CaseMessage:
    """Write what only staff read. It does not move the case in the customer's list."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if submission and (kept_before := CaseMessage.objects.filter(submission=submission, case=case).first()):
        return kept_before
    message = write_message(
        actor=actor,
        case=case,
        visibility=INTERNAL,
        body=body,
        folded=folded,
        uploads=uploads,
        submission=submission,
    )
    record_activity(actor=actor, verb="case.noted", record=case, is_internal=True)
    return message


@transaction.atomic
def edit_reply(*, actor: Actor, message: CaseMessage, body: str, now: datetime | None = None) -> CaseMessage:
    """Customers put their own words right for as many minutes as the desk's settings say, until somebody else
    has answered."""
    case = locked(message.case)
    message = CaseMessage.objects.select_for_update().get(pk=message.pk)
    if actor.contact is None or message.author_contact_id != actor.contact.pk:
        raise ValidationError(_("You can edit only your own replies."))
    if reason := why_not_edited(case, message, now or timezone.now()):
        raise ValidationError(reason)
    message.body, message.body_html, message.edited_at = body, markdown.render(body), now or timezone.now()
    message.save(update_fields=["body", "body_html", "edited_at"])
    record_activity(actor=actor, verb="case.reply_edited", record=message.case)
    return message


def why_not_edited(case: Case, message: CaseMessage, now: datetime) -> str:
    """Empty: a customer may still put the words right."""
    if not case.takes_edits or message.case_id != case.pk:
        return _("The case is closed. Its messages can no longer be changed.")
    if message.created_at + timedelta(minutes=CaseDesk.objects.the_one().edit_minutes) < now:
        return _("This reply can no longer be edited. Send another one instead.")
    later = CaseMessage.objects.filter(case=case, visibility=CUSTOMER, created_at__gt=message.created_at)
    if later.exclude(author_contact=message.author_contact_id, author_user=None).exists():
        return _(
            "Someone has replied in the meantime, so this reply can no longer be edited. Send another one "
            "instead."
        )
    return ""


def write_message(
    *,
    actor: Actor,
    case: Case,
    visibility: str,
    body: str,
    folded: str = "",
    uploads: Sequence[UploadedFile[bytes]],
    submission: uuid.UUID | None = None,
) -> CaseMessage:
    """With the case's row locked. Nothing is written to a case that was merged: nobody would read it
    there."""
    if case.merged_into_id:
        raise ValidationError(_("This case was merged into another one. Please reply there."))
    message = CaseMessage.objects.create(
        case=case,
        visibility=visibility,
        author_contact=actor.contact,
        author_user=None if actor.contact else actor.user,
        body=body,
        body_html=markdown.render(body),
        folded=folded,
        submission=submission or uuid.uuid4(),
    )
    attach(message, uploads)
    if visibility == CUSTOMER:
        case.updated_at = message.created_at
        case.save(update_fields=["updated_at"])
    return message


def _check_reply(case: Case, contact: Contact) -> None:
    if not case.accepts_reply_from(contact):
        raise ValidationError(_("This case no longer accepts replies."))
    if case.is_settled(reopening_window(), timezone.now()):
        raise ValidationError(
            _("This case was resolved too long ago to be reopened. Please open a follow-up case.")
        )


def _note_customer_reply(actor: Actor, case: Case, message: CaseMessage) -> None:
    if case.category in (StatusCategory.WAITING, StatusCategory.ON_HOLD, StatusCategory.RESOLVED):
        move(actor, case, CaseStatus.objects.get(pk=CaseStatus.IN_PROGRESS), message.created_at)
    owe_reply(case, message.created_at)
    if actor.contact:
        Draft.objects.filter(contact=actor.contact, case=case).delete()


def _note_staff_reply(actor: Actor, case: Case, message: CaseMessage, status: CaseStatus | None) -> None:
    if case.first_reply_at is None:
        case.first_reply_at = message.created_at
        case.save(update_fields=["first_reply_at"])
    keep_promises(case, REPLIES, message.created_at)
    if status is None and case.status_id == CaseStatus.NEW:
        status = CaseStatus.objects.get(pk=CaseStatus.IN_PROGRESS)
    if status:
        move(actor, case, status, message.created_at)
