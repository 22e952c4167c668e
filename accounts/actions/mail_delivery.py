"""Handing waiting mail to the mail server, once each."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from accounts.actions.mail import SEND_MAIL, defer_sending
from accounts.models import OutgoingMail
from lib.jobs import without_job
from lib.locks import exclusive, locked_rows
from lib.mail_addresses import mail_address
from lib.outages import until_database_answers

SETTLED = ["status", "last_error", "attempts", "sent_at", "text", "html"]
"""What an attempt to send changes."""


class MailInHandError(Exception):
    """Another job is sending this mail at this moment."""


def send_queued_mail(*, mail_id: int) -> None:
    """Send one waiting message. No transaction is open meanwhile, so a slow mail server holds up no row.

    Raises OutgoingMail.DoesNotExist, MailInHandError, or what the mail server answers; the job then tries
    again. A worker that is killed between the server's answer and the note of it sends the message again,
    with the same Message-ID.
    """
    with exclusive(f"mail {mail_id}") as is_mine:
        if not is_mine:
            raise MailInHandError(mail_id)
        mail = OutgoingMail.objects.get(pk=mail_id)
        if mail.is_sendable:
            _send(mail)


def _send(mail: OutgoingMail) -> None:
    with get_connection() as server:
        message = _as_message(mail)
        message.connection = server
        message.send()
        mail.sent_at = timezone.now()
        _settle(mail, OutgoingMail.Status.SENT)
        until_database_answers(lambda: mail.save(update_fields=SETTLED))


@transaction.atomic
def note_failed_attempt(*, mail_id: int, error: str, is_last: bool) -> None:
    """Another job may have sent the message in the meantime: then it stays sent."""
    mail = next(iter(locked_rows(OutgoingMail.objects.filter(pk=mail_id))), None)
    if mail and mail.is_sendable:
        _settle(mail, OutgoingMail.Status.FAILED if is_last else OutgoingMail.Status.WAITING, error)
        mail.save(update_fields=SETTLED)


@transaction.atomic
def note_returned(*, message_id: str, reason: str) -> OutgoingMail | None:
    """Their mail server gave a mail of ours back: None where it is none of ours, or was noted before."""
    sent = OutgoingMail.objects.filter(status=OutgoingMail.Status.SENT, message_id=message_id)
    mail = next(iter(locked_rows(sent)), None)
    if mail:
        mail.status, mail.last_error = OutgoingMail.Status.RETURNED, reason
        mail.save(update_fields=["status", "last_error"])
    return mail


def take_up_waiting_mails() -> int:
    """Give a job to each waiting mail that has none any more, and return how many there were. A job can end
    without having sent or given up its mail: cancelled by hand, or broken off by the database at its last
    attempt."""
    waiting = OutgoingMail.objects.filter(status=OutgoingMail.Status.WAITING)
    forgotten = list(without_job(waiting, SEND_MAIL, "mail_id"))
    for mail in forgotten:
        defer_sending(mail)
    return len(forgotten)


def _settle(mail: OutgoingMail, status: str, error: str = "") -> None:
    """A secret is kept no longer than it takes to send it: whoever reads the table, or a backup of it, must
    not get in.

    In demo mode nothing leaves, and the mailbox page shows the texts: there they stay.
    """
    mail.status, mail.last_error = status, error
    mail.attempts += 1
    if mail.is_secret and status != OutgoingMail.Status.WAITING and not settings.DEMO_MODE:
        mail.text = mail.html = ""


def _as_message(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.in_reply_to:
        headers |= {"In-Reply-To": mail.in_reply_to, "References": mail.in_reply_to}
    reply_to = [mail.reply_to] if mail.reply_to else None
    message = EmailMultiAlternatives(
        mail.subject, mail.text, to=[mail_address(mail.to)], reply_to=reply_to, headers=headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
