"""What happens to a case over several rows: each action writes its rows, one activity and the mails in one transaction."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import queue_mail, record_activity, thread_id
from accounts.actors import Actor
from accounts.models import Contact, User
from cases.models import Attachment, Case, CaseMessage, Product, RequestType
from portal.lib import markdown
from portal.lib.uploads import clean_name, without_metadata

CUSTOMER, INTERNAL = CaseMessage.Visibility.CUSTOMER, CaseMessage.Visibility.INTERNAL


@transaction.atomic
def open_case(
    *,
    actor: Actor,
    contact: Contact,
    subject: str,
    description: str,
    request_type: RequestType,
    product: Product | None = None,
    priority: str = Case.Priority.NORMAL,
    uploads: Sequence[UploadedFile[bytes]] = (),
    submission: uuid.UUID | None = None,
) -> Case:
    """Open a case for ``contact``. The same ``submission`` sent twice opens one case and returns it both times."""
    submission = submission or uuid.uuid4()
    case, is_new = Case.objects.get_or_create(
        submission=submission,
        contact=contact,
        defaults={"account": contact.account, "subject": subject, "request_type": request_type, "product": product, "priority": priority},
    )
    if not is_new:
        return case
    message = _write_message(actor=actor, case=case, visibility=CUSTOMER, body=description, uploads=uploads, submission=submission)
    record_activity(actor=actor, verb="case.opened", record=case)
    _mail_customer("opened", case, message)
    return case


@transaction.atomic
def reply_to_case(
    *,
    actor: Actor,
    case: Case,
    body: str,
    uploads: Sequence[UploadedFile[bytes]] = (),
    submission: uuid.UUID | None = None,
    status: str = "",
) -> CaseMessage:
    """Write an answer that the customer reads, by a customer or by staff.

    A customer's answer takes a waiting or resolved case up again; staff choose the new ``status`` (empty: a new case
    is then in progress, any other stays).
    """
    case = Case.objects.select_for_update().get(pk=case.pk)
    if submission and (sent_before := CaseMessage.objects.filter(submission=submission, case=case).first()):
        return sent_before
    if actor.contact and not case.accepts_reply_from(actor.contact):
        raise ValidationError(_("This case takes no more replies."))
    message = _write_message(actor=actor, case=case, visibility=CUSTOMER, body=body, uploads=uploads, submission=submission)
    _move(actor, case, status or _status_after_reply(case, by_staff=actor.contact is None))
    record_activity(actor=actor, verb="case.replied", record=case)
    if actor.contact != case.contact:
        _mail_customer("reply", case, message)
    if actor.contact:
        _mail_staff(case, message)
    return message


@transaction.atomic
def add_internal_note(
    *,
    actor: Actor,
    case: Case,
    body: str,
    uploads: Sequence[UploadedFile[bytes]] = (),
    submission: uuid.UUID | None = None,
) -> CaseMessage:
    """Write what only staff read. It does not move the case in the customer's list."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if submission and (kept_before := CaseMessage.objects.filter(submission=submission, case=case).first()):
        return kept_before
    message = _write_message(actor=actor, case=case, visibility=INTERNAL, body=body, uploads=uploads, submission=submission)
    record_activity(actor=actor, verb="case.noted", record=case, is_internal=True)
    return message


@transaction.atomic
def change_status(*, actor: Actor, case: Case, status: str) -> Case:
    """Move the case to ``status`` and tell the customer; nothing happens when it is there already."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if _move(actor, case, status):
        _mail_customer("status", case, None)
    return case


@transaction.atomic
def assign_case(*, actor: Actor, case: Case, to: User | None) -> Case:
    case = Case.objects.select_for_update().get(pk=case.pk)
    if case.assigned_to_id != (to.pk if to else None):
        case.assigned_to = to
        case.save(update_fields=["assigned_to"])
        record_activity(actor=actor, verb="case.assigned", record=case, is_internal=True, to=to.get_full_name() if to else "")
    return case


def count_open_cases(contact: Contact) -> int:
    """How many cases somebody would leave behind."""
    return Case.objects.active().filter(contact=contact).count()


@transaction.atomic
def hand_over_cases(*, actor: Actor, contact: Contact, heir: Contact) -> int:
    """Make a colleague the contact of somebody's open cases, and tell them; returns how many there were."""
    if heir.account_id != contact.account_id or heir.account_id is None or not heir.is_usable:
        raise ValidationError(_("Cases can be handed over to an active colleague only."))
    cases = list(Case.objects.active().filter(contact=contact, account=contact.account_id).select_for_update())
    for case in cases:
        case.contact = heir
        case.save(update_fields=["contact"])
        record_activity(actor=actor, verb="case.handed_over", record=case, before=contact.full_name, after=heir.full_name)
    if cases:
        context = {"cases": cases, "contact": contact, "heir": heir, "actor": actor}
        queue_mail(event="cases/handed_over", to=heir.email, context=context)
    return len(cases)


def _write_message(
    *, actor: Actor, case: Case, visibility: str, body: str, uploads: Sequence[UploadedFile[bytes]], submission: uuid.UUID | None = None
) -> CaseMessage:
    message = CaseMessage.objects.create(
        case=case,
        visibility=visibility,
        author_contact=actor.contact,
        author_user=None if actor.contact else actor.user,
        body=body,
        body_html=markdown.render(body),
        submission=submission or uuid.uuid4(),
    )
    _attach(message, uploads)
    if visibility == CUSTOMER:
        case.updated_at = message.created_at
        case.save(update_fields=["updated_at"])
    return message


def _attach(message: CaseMessage, uploads: Sequence[UploadedFile[bytes]]) -> None:
    """Keep the files. When one cannot be kept (the disk is full, a photograph is damaged), none is and nothing stays."""
    kept: list[Attachment] = []
    try:
        for upload in uploads:
            content = without_metadata(upload)
            attachment = Attachment(message=message, name=clean_name(upload.name or ""), size=content.size)
            attachment.file.save(attachment.name, content, save=False)
            kept.append(attachment)
            attachment.save()
    except Exception as error:
        for attachment in kept:
            attachment.file.delete(save=False)
        if isinstance(error, OSError):
            raise ValidationError(_("The files could not be saved. Please try again later.")) from error
        raise


def _status_after_reply(case: Case, *, by_staff: bool) -> str:
    if case.status == Case.Status.NEW:
        return Case.Status.IN_PROGRESS if by_staff else case.status
    taken_up_again = case.status in (Case.Status.WAITING, Case.Status.RESOLVED)
    return Case.Status.IN_PROGRESS if taken_up_again and not by_staff else case.status


def _move(actor: Actor, case: Case, status: str) -> bool:
    if case.status == status:
        return False
    before = case.status
    case.move_to(status)
    case.updated_at = timezone.now()
    case.save(update_fields=["status", "closed_at", "updated_at"])
    record_activity(actor=actor, verb="case.status_changed", record=case, before=before, after=status)
    return True


def _mail_customer(event: str, case: Case, message: CaseMessage | None) -> None:
    """Tell the contact of the case, if they may still see it."""
    if not (case.contact.can_be_told and Case.objects.visible_to(case.contact).filter(pk=case.pk).exists()):
        return
    _mail(event, case.contact.email, {"case": case, "message": message, "name": case.contact.first_name})


def _mail_staff(case: Case, message: CaseMessage) -> None:
    """Tell whoever the case is assigned to. Cases of nobody wait in the administration's list."""
    if case.assigned_to and case.assigned_to.is_active:
        _mail("reply_for_staff", case.assigned_to.email, {"case": case, "message": message})


def _mail(event: str, to: str, context: dict[str, Any]) -> None:
    """One mail of the case's thread: all of them answer the same message id, which is never sent itself."""
    case: Case = context["case"]
    queue_mail(event=f"cases/{event}", to=to, context=context, in_reply_to=thread_id(case.number))
