"""From a message to a reply in a case. Every message is kept first, so that nothing is lost whatever it turns out to be."""

import uuid
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts.actions import queue_mail
from accounts.actors import Actor
from accounts.models import Contact, User
from cases.actions import reply_to_case
from cases.inbound.parse import Mail, UnreadableMail, message_id_of, parse
from cases.models import Case, InboundMail
from cases.reply_address import ReplyTarget, read_reply_address
from portal.lib.uploads import validate_upload

NAMESPACE = uuid.UUID("6d0b8f1e-52c1-4a39-9d1c-6a0c8d7a1f42")
MAILS_AN_HOUR, REFUSALS_A_DAY = 30, 3
MAX_BYTES = 40 * 1024 * 1024
FILES_A_MESSAGE = 10

Outcome = InboundMail.Outcome


class Refused(Exception):  # noqa: N818 -- a decision, not an error
    """The message belongs to no case, or its sender may not write there. The words are for the sender."""


@transaction.atomic
def keep(raw: bytes) -> InboundMail:
    """Keep a message and have it read in the background; the same message twice is one."""
    stored, is_new = InboundMail.objects.get_or_create(message_id=message_id_of(raw), defaults={"raw": raw[:MAX_BYTES]})
    if is_new:
        app.configure_task("cases.tasks.read_inbound_mail").defer(mail_id=stored.pk)
    return stored


@transaction.atomic
def read(*, mail_id: int) -> InboundMail:
    """Add a kept message to its case, or say why not. A message that was dealt with stays as it is."""
    stored = InboundMail.objects.select_for_update().get(pk=mail_id)
    if stored.outcome not in (Outcome.WAITING, Outcome.FAILED):
        return stored
    try:
        mail = parse(bytes(stored.raw))
    except UnreadableMail as error:
        return _settle(stored, Outcome.FAILED, str(error))
    stored.sender, stored.subject, stored.recipient = mail.sender, mail.subject, ", ".join(mail.recipients)[:320]
    if mail.is_automatic:
        return _settle(stored, Outcome.IGNORED, _("An automatic message."))
    if _writes_too_much(stored):
        return _settle(stored, Outcome.IGNORED, _("Too many messages of this sender within an hour."))
    try:
        return _add(stored, mail)
    except Refused as refusal:
        _answer(stored, mail, str(refusal))
        return _settle(stored, Outcome.REFUSED, str(refusal))


def note_failure(*, mail_id: int, error: str) -> None:
    """Something of ours failed while reading: the message waits in the administration's list."""
    InboundMail.objects.filter(pk=mail_id).update(outcome=Outcome.FAILED, reason=error[:250])


def _add(stored: InboundMail, mail: Mail) -> InboundMail:
    actor, case = _find(mail)
    good, refused = sorted_files(mail)
    if not (mail.text or good):
        raise Refused(_("Your message was empty. Write your answer above the quoted text."))
    body, submission = mail.text or _("(Only files.)"), uuid.uuid5(NAMESPACE, mail.message_id)
    try:
        with transaction.atomic():
            reply_to_case(actor=actor, case=case, body=body, uploads=good, submission=submission)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    if refused:
        queue_mail(event="cases/inbound_files", to=mail.sender, context={"case": case, "files": refused})
    stored.case = case
    return _settle(stored, Outcome.ADDED, "; ".join(refused))


def _find(mail: Mail) -> tuple[Actor, Case]:
    """Who writes, and in which case: only the address that we gave them tells."""
    target = next((found for address in mail.recipients if (found := read_reply_address(address))), None)
    if target is None:
        raise Refused(_("This address takes answers to mails about a case only. Please sign in and open a case."))
    actor = _writer(target, mail.sender)
    cases = Case.objects.visible_to(actor.contact) if actor.contact else Case.objects.all()
    case = cases.filter(number=target.number).first()
    if case and case.merged_into_id:
        case = cases.filter(pk=case.merged_into_id).first()
    if case is None:
        raise Refused(_("You can no longer answer in this case."))
    return actor, case


def _writer(target: ReplyTarget, sender: str) -> Actor:
    """Who the address was made for, if the message comes from an address of theirs."""
    if target.contact_id:
        contact = Contact.objects.select_related("account", "user").filter(pk=target.contact_id).first()
        if contact and contact.can_be_told and sender in {contact.email.lower(), *_confirmed(contact.user)}:
            return Actor(user=contact.user, contact=contact)
    agent = User.objects.filter(pk=target.user_id, is_active=True, is_staff=True).first() if target.user_id else None
    if agent and agent.has_perm("cases.change_case") and sender in _confirmed(agent):
        return Actor(user=agent)
    raise Refused(_("Your address is not the one that we wrote to. Please answer from that address, or sign in to the portal."))


def _confirmed(user: User | None) -> set[str]:
    return set(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)) if user else set()


def sorted_files(mail: Mail) -> tuple[list[UploadedFile[bytes]], list[str]]:
    """Files that are taken, and why the others are not."""
    good: list[UploadedFile[bytes]] = []
    refused: list[str] = []
    for file in mail.files:
        try:
            validate_upload(file)
        except ValidationError as error:
            refused += error.messages
        else:
            good.append(file)
    refused += [
        _("%(name)s: at most %(limit)d files at once.") % {"name": file.name, "limit": FILES_A_MESSAGE} for file in good[FILES_A_MESSAGE:]
    ]
    return good[:FILES_A_MESSAGE], refused


def _writes_too_much(stored: InboundMail) -> bool:
    recent = InboundMail.objects.filter(sender=stored.sender, received_at__gt=timezone.now() - timedelta(hours=1))
    return recent.exclude(pk=stored.pk).count() >= MAILS_AN_HOUR


def _answer(stored: InboundMail, mail: Mail, reason: str) -> None:
    """Tell the sender politely, a few times a day at most."""
    told = InboundMail.objects.filter(sender=mail.sender, outcome=Outcome.REFUSED, received_at__gt=timezone.now() - timedelta(days=1))
    if told.exclude(pk=stored.pk).count() < REFUSALS_A_DAY:
        queue_mail(event="cases/inbound_refused", to=mail.sender, context={"reason": reason, "subject": mail.subject})


def _settle(stored: InboundMail, outcome: str, reason: str) -> InboundMail:
    stored.outcome, stored.reason = outcome, reason[:250]
    stored.save()
    return stored
