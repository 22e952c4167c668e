"""What staff do with a message that did not find its case by itself."""

import uuid

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts.actions import record_activity
from accounts.actors import Actor
from cases.actions import add_internal_note
from cases.inbound.parse import UnreadableMail, parse
from cases.inbound.receive import NAMESPACE, Outcome, sorted_files
from cases.models import Case, InboundMail


@transaction.atomic
def read_again(*, actor: Actor, mail: InboundMail) -> InboundMail:
    """Have a message that could not be read read once more, in the background. Others stay as they are."""
    mail = InboundMail.objects.select_for_update().get(pk=mail.pk)
    if mail.outcome not in (Outcome.FAILED, Outcome.WAITING):
        raise ValidationError(_("Only messages that could not be read are tried again."))
    mail.outcome, mail.reason = Outcome.WAITING, ""
    mail.save(update_fields=["outcome", "reason"])
    app.configure_task("cases.tasks.read_inbound_mail").defer(mail_id=mail.pk)
    record_activity(actor=actor, verb="mail.tried_again", record=None, label=str(mail))
    return mail


@transaction.atomic
def add_to_case(*, actor: Actor, mail: InboundMail, case: Case) -> InboundMail:
    """Put a message into a case as an internal note: who really wrote it, nobody can tell, so no customer speaks in it."""
    mail = InboundMail.objects.select_for_update().get(pk=mail.pk)
    if mail.outcome == Outcome.ADDED:
        raise ValidationError(_("This message is in a case already."))
    body, files, refused = _contents(mail)
    note = uuid.uuid5(NAMESPACE, f"note {mail.message_id}")
    add_internal_note(actor=actor, case=case, body=body, uploads=files, submission=note)
    mail.case, mail.outcome = case, Outcome.ADDED
    mail.reason = "; ".join([_("By hand: %(name)s") % {"name": actor.name}, *refused])[:250]
    mail.save(update_fields=["case", "outcome", "reason"])
    return mail


def _contents(mail: InboundMail) -> tuple[str, list[UploadedFile[bytes]], list[str]]:
    """Of a message that nobody can read, what is known of it."""
    try:
        found = parse(bytes(mail.raw))
    except UnreadableMail:
        return _("A message that could not be read. It is kept under Inbound mails: %(id)s") % {"id": mail.message_id}, [], []
    files, refused = sorted_files(found)
    head = _("Mail from %(sender)s: %(subject)s") % {"sender": found.sender, "subject": found.subject or "–"}
    return f"{head}\n\n{found.text or _('(Only files.)')}"[:20_000], files, refused
