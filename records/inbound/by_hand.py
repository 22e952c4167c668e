"""What staff do with a message that did not find its record by itself."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from lib.jobs import defer
from lib.locks import locked
from lib.mail_text.answer import Answer
from lib.uploads import CONTENT_TYPES
from records.actions.messages import ONLY_FILES, Mailed, add_note
from records.inbound.parse import Mail, UnreadableMail, parse
from records.inbound.receive import FOLDED_LIMIT, NAMESPACE, READ, Files, Outcome, shortened, sorted_files
from records.models import InboundMail
from records.talk import Talk


def contents_of(mail: InboundMail) -> Mail | None:
    """None: nobody can read it."""
    try:
        return parse(bytes(mail.raw))
    except UnreadableMail:
        return None


def why_not_again(mail: InboundMail, contents: Mail | None) -> str:
    """Empty where reading the message once more can lead to something else."""
    if mail.outcome not in InboundMail.REPEATABLE:
        return _("Only messages that could not be read or were held can be retried.")
    return (
        ""
        if contents
        else _("This message cannot be read: %(reason)s Add it by hand instead.") % {"reason": mail.reason}
    )


@transaction.atomic
def read_again(*, actor: Actor, mail: InboundMail) -> InboundMail:
    """Have a message that failed or was held back read once more, in the background. It counts however much
    its sender writes."""
    mail = locked(mail)
    if reason := why_not_again(mail, contents_of(mail)):
        raise ValidationError(reason)
    mail.outcome, mail.reason, mail.is_released = Outcome.WAITING, "", True
    mail.save(update_fields=["outcome", "reason", "is_released"])
    defer(READ, mail_id=mail.pk)
    record_activity(actor=actor, verb="mail.tried_again", record=None, label=str(mail))
    return mail


@transaction.atomic
def set_aside(*, actor: Actor, mail: InboundMail) -> InboundMail:
    """Nothing is to be done with it: it leaves the list of those that need a hand, and is kept."""
    mail = locked(mail)
    if mail.outcome not in InboundMail.IN_NEED:
        raise ValidationError(_("This message needs no action."))
    mail.outcome = Outcome.IGNORED
    mail.reason = "; ".join(filter(None, [_by_hand(actor), mail.reason]))[:250]
    mail.save(update_fields=["outcome", "reason"])
    record_activity(actor=actor, verb="mail.set_aside", record=None, label=str(mail))
    return mail


@transaction.atomic
def add_to_record(*, actor: Actor, mail: InboundMail, talk: Talk[Any], record: Any) -> InboundMail:
    """Put a message into a conversation as an internal note: who really wrote it, nobody can tell, so no
    customer speaks in it."""
    mail = locked(mail)
    if mail.outcome == Outcome.ADDED:
        raise ValidationError(_("This message has already been added."))
    body, folded, files, notes = _note(mail)
    submission = uuid.uuid5(NAMESPACE, f"note {mail.message_id} {mail.digest}")
    note = add_note(
        actor=actor,
        talk=talk,
        record=record,
        body=body,
        uploads=files,
        submission=submission,
        mailed=Mailed(folded),
    )
    mail.note_added(record, note)
    mail.reason = "; ".join([_by_hand(actor), *notes])[:250]
    mail.save()
    return mail


def _by_hand(actor: Actor) -> str:
    return _("By hand: %(name)s") % {"name": actor.name}


def _note(mail: InboundMail) -> tuple[str, str, Files, list[str]]:
    """Text, what is folded, files, and what could not be taken over. The link leads to the whole message."""
    contents = contents_of(mail)
    address = settings.BASE_URL + reverse("admin:records_inboundmail_change", args=[mail.pk])
    link = f"{_('The whole message:')} {address}"
    if contents is None:
        return f"{_('This message could not be read.')} {link}", "", _as_file(mail), []
    head = _("Email from %(sender)s: %(subject)s") % {
        "sender": contents.sender,
        "subject": contents.subject or "–",
    }
    files, refused = sorted_files(contents.files)
    answer = contents.answer() if contents.text else Answer(contents.whole_text)
    text, whole, notes = shortened(answer.reply, contents.whole_text)
    body = f"{head}\n\n{text or ONLY_FILES}\n\n{link}"
    return body, answer.folded[:FOLDED_LIMIT], [*whole, *files], [*notes, *refused]


def _as_file(mail: InboundMail) -> Files:
    """Where files of this kind are taken at all."""
    return (
        [SimpleUploadedFile("mail.eml", bytes(mail.raw), "message/rfc822")] if "eml" in CONTENT_TYPES else []
    )
