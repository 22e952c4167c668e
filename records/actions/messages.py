"""What is said about a record. What follows from it for the record, its feature knows: Talk.after."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.actions import record_activity
from accounts.actors import Actor
from lib.locks import locked
from lib.submissions import sent_before
from records.actions.files import attach
from records.actions.marks import discard_draft
from records.models import Message
from records.talk import Talk

ONLY_FILES = _lazy("(Files only.)")
"""What stands in the conversation where somebody sent files and wrote nothing."""
READ_ONLY = _lazy("You can read this, but you cannot reply.")
CUSTOMER, INTERNAL = Message.Visibility.CUSTOMER, Message.Visibility.INTERNAL
Uploads = Sequence[UploadedFile[bytes]]


@dataclass(frozen=True)
class Mailed:
    """That a message came by mail, and what came around it there: quotation, signature."""

    folded: str = ""


@transaction.atomic
def reply(
    *,
    actor: Actor,
    talk: Talk[Any],
    record: Any,
    body: str,
    uploads: Uploads = (),
    submission: uuid.UUID | None = None,
    mailed: Mailed | None = None,
    **told: Any,
) -> Message:
    """Write what the customer reads, by a customer or by staff. The same ``submission`` sent twice writes one
    message and returns it both times. ``told`` goes to Talk.after."""
    record = talk.lock(record)
    before: Message | None = sent_before(talk.of(record), submission)
    if before:
        return before
    if actor.contact and not talk.accepts(record, actor.contact):
        raise ValidationError(READ_ONLY)
    message = write_message(
        actor=actor,
        talk=talk,
        record=record,
        visibility=CUSTOMER,
        body=body,
        uploads=uploads,
        submission=submission,
        mailed=mailed,
    )
    if actor.contact:
        discard_draft(owner=actor.contact, about=record)
    talk.after(actor, record, message, **told)
    record_activity(actor=actor, verb=f"{talk.type_name}.replied", record=record)
    return message


@transaction.atomic
def add_note(
    *,
    actor: Actor,
    talk: Talk[Any],
    record: Any,
    body: str,
    uploads: Uploads = (),
    submission: uuid.UUID | None = None,
    mailed: Mailed | None = None,
) -> Message:
    """Write what only staff read. It does not move the record in the customer's list."""
    record = talk.lock(record)
    before: Message | None = sent_before(talk.of(record), submission)
    if before:
        return before
    message = write_message(
        actor=actor,
        talk=talk,
        record=record,
        visibility=INTERNAL,
        body=body,
        uploads=uploads,
        submission=submission,
        mailed=mailed,
    )
    record_activity(actor=actor, verb=f"{talk.type_name}.noted", record=record, is_internal=True)
    return message


@transaction.atomic
def edit_reply(
    *, actor: Actor, talk: Talk[Any], message: Message, body: str, now: datetime | None = None
) -> Message:
    """Customers put their own words right for as long as Talk.editable_for says, until somebody else has
    answered."""
    record, now = talk.lock(message.record), now or timezone.now()
    message = locked(message)
    if actor.contact is None or message.author_contact_id != actor.contact.pk:
        raise ValidationError(_("You can edit only your own replies."))
    if reason := why_not_edited(talk, record, message, now):
        raise ValidationError(reason)
    message.rewrite(body, now)
    record_activity(actor=actor, verb=f"{talk.type_name}.reply_edited", record=record)
    return message


def why_not_edited(talk: Talk[Any], record: Any, message: Message, now: datetime) -> str:
    """Empty: a customer may still put the words right."""
    window = talk.editable_for(record)
    if window is None or message.record_pk != record.pk:
        return str(talk.over_words)
    if message.created_at + window < now:
        return _("This reply can no longer be edited. Send another one instead.")
    later = talk.of(record).filter(visibility=CUSTOMER, created_at__gt=message.created_at)
    if later.exclude(author_contact=message.author_contact_id, author_user=None).exists():
        return _(
            "Someone has replied in the meantime, so this reply can no longer be edited. Send another one "
            "instead."
        )
    return ""


def write_message(
    *,
    actor: Actor,
    talk: Talk[Any],
    record: Any,
    visibility: str,
    body: str,
    uploads: Uploads = (),
    submission: uuid.UUID | None = None,
    mailed: Mailed | None = None,
) -> Message:
    """With the record's row locked. What customers read moves the record up in their lists."""
    if refusal := talk.refusal(record, actor.contact):
        raise ValidationError(refusal)
    message = talk.messages(
        visibility=visibility,
        author_contact=actor.contact,
        author_user=None if actor.contact else actor.user,
        submission=submission or uuid.uuid4(),
        is_by_mail=mailed is not None,
        folded=mailed.folded if mailed else "",
        **{talk.messages.parent: record},
    )
    message.write(body)
    message.save()
    attach(message, uploads)
    if visibility == CUSTOMER:
        record.updated_at = message.created_at
        record.save(update_fields=["updated_at"])
    return message
