"""From a message to a reply about a record. Every message is kept first, so that nothing is lost whatever it
turns out to be."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import queue_mail, record_activity
from accounts.actors import Actor
from accounts.models import Contact, OutgoingMail, User
from accounts.offers import site_configuration
from lib.jobs import defer, defer_each, without_job
from lib.locks import locked_by_key
from lib.mail_text.answer import Answer
from lib.mail_text.headers import utf8
from lib.uploads import validate_upload, without_metadata
from records.actions.following import path_of
from records.actions.messages import ONLY_FILES, Mailed, reply
from records.inbound.automatic import Kind
from records.inbound.parse import (
    MAX_BYTES,
    Mail,
    UnreadableMail,
    digest_of,
    envelope_of,
    message_id_of,
    parse_head,
)
from records.inbound.parts import SHOWN
from records.inbound.returned import take_report
from records.models import InboundMail, Message
from records.reply_address import ReplyTarget, read_reply_address
from records.surfaces import Surface, surface_with_code
from records.talk import Talk

READ = "records.tasks.read_inbound_mail"
NAMESPACE = uuid.UUID("6d0b8f1e-52c1-4a39-9d1c-6a0c8d7a1f42")
MAILS_AN_HOUR, REFUSALS_A_DAY, REFUSALS_AN_HOUR = 30, 3, 100
FILES_A_MESSAGE, REASONS_TOLD = 10, 20
TEXT_LIMIT = FOLDED_LIMIT = 20_000
MAILS_QUOTED = 5
AUTOMATIC = gettext_lazy("An automatic message.")
PACKED = gettext_lazy(
    "winmail.dat cannot be opened: your email program packed the files in a format of its own. Please send "
    "them again with a message in HTML or plain text, or add them in the portal."
)

Outcome = InboundMail.Outcome
Files = list[UploadedFile[bytes]]


class Refused(Exception):  # noqa: N818 -- a decision, not an error
    """The message belongs to no record, or its sender may not write there. The words are for the sender."""


class Forged(Refused):
    """Whoever it says it comes from did not write it, so nobody is told."""


@dataclass(frozen=True)
class Destination:
    """Who writes, and what about."""

    actor: Actor
    talk: Talk[Any]
    record: Any


class HeldBack(Exception):  # noqa: N818 -- a decision, not an error
    """Good in itself, but the sender writes more than a person does."""


@transaction.atomic
def keep(raw: bytes) -> InboundMail:
    """Keep a message and have it read in the background; the same message twice is one. Of one that is too
    large, the beginning is kept, with the one byte more that tells."""
    named = {"message_id": message_id_of(raw), "digest": digest_of(raw[: MAX_BYTES + 1])}
    stored, is_new = InboundMail.objects.get_or_create(**named, defaults={"raw": raw[: MAX_BYTES + 1]})
    if is_new:
        defer(READ, mail_id=stored.pk)
    return stored


@transaction.atomic
def read(*, mail_id: int) -> InboundMail:
    """Add a kept message to its record, or say why not. A message that was dealt with stays as it is."""
    stored = locked_by_key(InboundMail, mail_id)
    if stored.outcome not in (Outcome.WAITING, Outcome.FAILED):
        return stored
    raw = bytes(stored.raw)
    stored.sender, stored.subject = envelope_of(raw)
    try:
        mail = parse_head(raw)
        stored.sender, stored.recipient = mail.sender, ", ".join(mail.recipients)[:320]
        return _decide(stored, mail)
    except UnreadableMail as error:
        return _settle(stored, Outcome.FAILED, str(error))


@transaction.atomic
def note_failure(*, mail_id: int, error: str) -> None:
    """Something of ours failed while reading: the message waits in the administration's list."""
    stored = locked_by_key(InboundMail, mail_id)
    stored.sender, stored.subject = envelope_of(bytes(stored.raw))
    _settle(stored, Outcome.FAILED, utf8(error))


def take_up_waiting() -> int:
    """Give a job to each message that waits without one, and return how many there were."""
    forgotten = list(
        without_job(InboundMail.objects.filter(outcome=Outcome.WAITING).defer("raw"), READ, "mail_id")
    )
    defer_each(READ, ({"mail_id": stored.pk} for stored in forgotten))
    return len(forgotten)


def forget_contents() -> int:
    """After some months nobody needs the messages themselves: who wrote when, and what came of it, stays."""
    before = timezone.now() - timedelta(days=settings.MAIL_IN_KEPT_DAYS)
    old = InboundMail.objects.filter(received_at__lt=before).exclude(outcome=Outcome.WAITING)
    return old.exclude(raw=b"").update(raw=b"")


def _decide(stored: InboundMail, mail: Mail) -> InboundMail:
    if mail.kind is Kind.REPORT:
        return _settle(stored, Outcome.IGNORED, take_report(mail.contents.parts.leaves) or AUTOMATIC)
    is_for_all = mail.is_from_a_list or mail.kind is Kind.PROGRAM
    if mail.kind is Kind.NOTICE or (is_for_all and not _targets(mail)):
        return _settle(stored, Outcome.IGNORED, AUTOMATIC)
    try:
        return _add(stored, mail)
    except HeldBack as pause:
        _tell_of_pause(stored, mail)
        return _settle(stored, Outcome.HELD, str(pause))
    except Refused as refusal:
        if mail.is_answered and not isinstance(refusal, Forged):
            _answer(stored, mail, str(refusal))
        return _settle(stored, Outcome.REFUSED, str(refusal))


def _add(stored: InboundMail, mail: Mail) -> InboundMail:
    to = _find(mail)
    if mail.kind is Kind.PROGRAM and not stored.is_released:
        return _wait_for_agent(stored, mail, to.record)
    if _writes_too_much(stored):
        raise HeldBack(
            _("More than %(limit)d replies from this sender within an hour.") % {"limit": MAILS_AN_HOUR}
        )
    good, refused = sorted_files([file for file in mail.files if not _is_there(to, file)])
    answer = mail.answer(_told(to.actor))
    if not (answer.reply or good):
        raise Refused(
            _("Your message was empty. Write your reply above the quoted text.")
            + "".join(f" {why}" for why in refused)
        )
    message, notes = _reply(mail, answer, to, good, refused)
    stored.note_added(to.record, message)
    if notes and mail.is_answered:
        context = {"subject": to.talk.subject(to.record), "record": to.record, "files": notes}
        queue_mail(
            event="records/inbound_files", to=mail.sender, context=context, in_reply_to=mail.name_to_answer
        )
    return _settle(stored, Outcome.ADDED, "; ".join(notes))


def _wait_for_agent(stored: InboundMail, mail: Mail, record: Any) -> InboundMail:
    """Of what a customer's ticket system says, an agent decides whether it belongs into the conversation."""
    stored.belongs_to(record)
    subject, verb = mail.subject or "–", f"{record.record_type.name}.mail_waits"
    record_activity(actor=Actor(), verb=verb, record=record, is_internal=True, subject=subject)
    return _settle(stored, Outcome.HELD, _("Written by a program. Try again to add it to its record."))


def _reply(
    mail: Mail, answer: Answer, to: Destination, good: Files, refused: list[str]
) -> tuple[Message, list[str]]:
    """The reply, and what its sender should know of it."""
    body, whole, notes = shortened(answer.reply, mail.whole_text)
    submission = uuid.uuid5(NAMESPACE, mail.fingerprint)
    try:
        with transaction.atomic():
            message = reply(
                actor=to.actor,
                talk=to.talk,
                record=to.record,
                body=body or str(ONLY_FILES),
                uploads=[*whole, *good],
                submission=submission,
                mailed=Mailed(folded=answer.folded[:FOLDED_LIMIT]),
            )
    except ValidationError as error:
        if isinstance(error.__cause__, OSError):  # the disk is full: ours to put right, and to try again
            raise error.__cause__ from error
        raise Refused(" ".join(error.messages)) from error
    return message, [*notes, *refused]


def shortened(text: str, whole_text: str) -> tuple[str, Files, list[str]]:
    """A text as long as a reply may be; what is longer is cut, says so, and comes as a file as well."""
    file = SimpleUploadedFile("message.txt", whole_text.encode(), "text/plain")
    if len(text) <= TEXT_LIMIT:
        return text, [file] if len(whole_text) - len(text) > FOLDED_LIMIT else [], []
    note = _(
        "Shortened: the text has more than %(limit)d characters. The full text is in the file message.txt."
    ) % {"limit": TEXT_LIMIT}
    return f"{text[: TEXT_LIMIT - len(note) - 10]} …\n\n{note}", [file], [note]


def _told(actor: Actor) -> str:
    """What we wrote to them lately: the words that they may quote."""
    address = actor.contact.email if actor.contact else actor.user.email if actor.user else ""
    mails = OutgoingMail.objects.filter(to=address).exclude(reply_to="").order_by("-id")
    return "\n".join(mails.values_list("text", flat=True)[:MAILS_QUOTED])


def _targets(mail: Mail) -> list[ReplyTarget]:
    return [found for address in mail.recipients if (found := read_reply_address(address))]


def _find(mail: Mail) -> Destination:
    """Only the address that we gave them tells. Of several the first that
    leads somewhere."""
    if mail.dmarc == "fail":
        raise Forged(_("The sender's domain did not authorize this message (DMARC)."))
    days = settings.MAIL_IN_ADDRESS_DAYS
    why = Refused(
        _("This address accepts only replies to our emails, for %(days)d days. Please sign in.")
        % {"days": days}
    )
    for number, target in enumerate(dict.fromkeys(_targets(mail))):
        try:
            return _destination(target, mail)
        except Refused as refusal:
            why = why if number else refusal
    raise why


def _destination(target: ReplyTarget, mail: Mail) -> Destination:
    surface = surface_with_code(target.code)
    if surface is None or surface.talk is None:
        raise Refused(_("Replies to this email are no longer accepted. Please sign in."))
    actor = _writer(target, mail, surface)
    rows = surface.visible_to(actor.contact) if actor.contact else surface.model._default_manager.all()
    record = rows.filter(pk=target.record_id).first()
    if record and (successor := surface.talk.successor(record)):
        record = rows.filter(pk=successor).first()
    if record is None or not _opens_to(actor.contact, record):
        raise Refused(_("You can no longer reply to this email. Please sign in."))
    return Destination(actor, surface.talk, record)


def _opens_to(contact: Contact | None, record: Model) -> bool:
    """Whether page rules let the writer read the record. Those of staff are other ones."""
    return contact is None or site_configuration().may_open(path_of(record), contact)


def _writer(target: ReplyTarget, mail: Mail, surface: Surface[Any]) -> Actor:
    """Who the address was made for, if the message comes from an address of theirs. An agent speaks for the
    company: that is taken only where a mail server has made sure of it."""
    sender = mail.sender
    if target.contact_id:
        contact = Contact.objects.select_related("account", "user").filter(pk=target.contact_id).first()
        if contact and contact.can_be_told and sender in {contact.email.lower(), *_confirmed(contact.user)}:
            return Actor(user=contact.user, contact=contact)
    agent = (
        User.objects.filter(pk=target.user_id, is_active=True, is_staff=True).first()
        if target.user_id
        else None
    )
    if agent and agent.has_perm(surface.staff_permission) and sender in _confirmed(agent):
        if mail.dmarc == "pass":
            return Actor(user=agent)
        raise Refused(
            _("The sender of your message could not be verified (DMARC). Please reply in the administration.")
        )
    raise Refused(
        _("Your address is not the one we wrote to. Please reply from that address or sign in to the portal.")
    )


def _confirmed(user: User | None) -> set[str]:
    return (
        set(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))
        if user
        else set()
    )


def sorted_files(files: Sequence[UploadedFile[bytes]]) -> tuple[Files, list[str]]:
    """Files that are taken, and why the others are not."""
    good: Files = []
    refused: list[str] = []
    for file in files:
        try:
            _check(file)
        except ValidationError as error:
            refused += [str(PACKED)] if str(file.name).lower() == "winmail.dat" else error.messages
        else:
            good.append(file)
    limit = FILES_A_MESSAGE
    refused += [
        _("%(name)s: at most %(limit)d files per message.") % {"name": file.name, "limit": limit}
        for file in good[limit:]
    ]
    more = (
        [_("And %(count)d more.") % {"count": len(refused) - REASONS_TOLD}]
        if len(refused) > REASONS_TOLD
        else []
    )
    return good[:limit], refused[:REASONS_TOLD] + more


def _is_there(to: Destination, file: UploadedFile[bytes]) -> bool:
    """A picture that the mail's HTML shows, and that is in the conversation: the logo of a signature."""
    if not (file.content_type_extra or {}).get(SHOWN):
        return False
    try:
        content = without_metadata(file).read()
    except ValidationError:
        return False
    finally:
        file.seek(0)
    same = to.talk.attachments.objects.filter(message__in=to.talk.of(to.record), size=len(content))
    return any(kept.file.read() == content for kept in same[:FILES_A_MESSAGE])


def _check(file: UploadedFile[bytes]) -> None:
    """As an upload is checked; a damaged photograph must not cost the words beside it."""
    validate_upload(file)
    without_metadata(file)
    file.seek(0)


def _writes_too_much(stored: InboundMail) -> bool:
    """Only what was added counts: what others send in somebody's name shuts nobody out."""
    recent = _of_sender(stored, Outcome.ADDED, timedelta(hours=1))
    return not stored.is_released and recent.count() >= MAILS_AN_HOUR


def _answer(stored: InboundMail, mail: Mail, reason: str) -> None:
    """Tell the sender politely, a few times a day at most; and no more than some an hour, for senders are
    easily made up. Nothing of what a stranger wrote is repeated: it would reach others in our name."""
    hour = timezone.now() - timedelta(hours=1)
    all_told = InboundMail.objects.filter(outcome=Outcome.REFUSED, received_at__gt=hour).count()
    if (
        _of_sender(stored, Outcome.REFUSED, timedelta(days=1)).count() < REFUSALS_A_DAY
        and all_told < REFUSALS_AN_HOUR
    ):
        queue_mail(
            event="records/inbound_refused",
            to=mail.sender,
            context={"reason": reason},
            in_reply_to=mail.name_to_answer,
        )


def _tell_of_pause(stored: InboundMail, mail: Mail) -> None:
    """Once, however many follow."""
    if mail.is_answered and not _of_sender(stored, Outcome.HELD, timedelta(hours=1)).exists():
        context = {"limit": MAILS_AN_HOUR, "subject": mail.subject}
        queue_mail(
            event="records/inbound_held", to=mail.sender, context=context, in_reply_to=mail.name_to_answer
        )


def _of_sender(stored: InboundMail, outcome: str, period: timedelta) -> QuerySet[InboundMail]:
    rows = InboundMail.objects.filter(
        sender=stored.sender, outcome=outcome, received_at__gt=timezone.now() - period
    )
    return rows.exclude(pk=stored.pk)


def _settle(stored: InboundMail, outcome: str, reason: str | Promise) -> InboundMail:
    stored.outcome, stored.reason = outcome, str(reason)[:250]
    stored.save()
    return stored
