from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from accounts.models import OutgoingMail, User
from portal.lib.languages import is_offered
from portal.lib.mail_addresses import mail_address


@transaction.atomic
def queue_mail(*, event: str, to: str, context: dict[str, Any], reply_to: str = "", in_reply_to: str = "") -> OutgoingMail:
    """Write one message and a job that sends it, in the caller's transaction.

    ``event`` names the templates: ``emails/<event>.subject.txt``, ``.txt`` and ``.html``. They are rendered in the
    language and time zone of the user who signs in with the address, never in those of whoever caused the mail. Mails
    with the same ``in_reply_to`` are one conversation.
    """
    reader = User.objects.filter(email=to.lower()).first()
    with translation.override(language_of(reader)), timezone.override(zone_of(reader)):
        return queue_rendered_mail(
            event=event,
            to=to,
            subject=_render(event, "subject.txt", context),
            text=_render(event, "txt", context),
            html=_render(event, "html", context),
            reply_to=reply_to,
            in_reply_to=in_reply_to,
        )


@transaction.atomic
def queue_rendered_mail(*, event: str, to: str, subject: str, text: str, **fields: str) -> OutgoingMail:
    mail = OutgoingMail.objects.create(
        event=event, to=to, subject=" ".join(subject.split())[:250], text=text, message_id=make_msgid(domain=_host()), **fields
    )
    app.configure_task("accounts.tasks.send_mail").defer(mail_id=mail.pk)
    return mail


def thread_id(conversation: str) -> str:
    """The message id that all mails about one conversation answer; it is never sent itself."""
    return f"<{conversation.lower()}@{_host()}>"


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def language_of(reader: User | None) -> str:
    return reader.language if reader and is_offered(reader.language) else settings.LANGUAGE_CODE


def zone_of(reader: User | None) -> ZoneInfo | None:
    """None is the portal's."""
    return ZoneInfo(reader.time_zone) if reader and reader.time_zone else None


def _render(event: str, suffix: str, context: dict[str, Any]) -> str:
    return render_to_string(f"emails/{event}.{suffix}", {**mail_context(), **context})


def mail_context() -> dict[str, Any]:
    """What every mail shows of the site. The function behind it is a setting: the site belongs to the shell above."""
    context: dict[str, Any] = import_string(settings.MAIL_CONTEXT)()
    return context


@transaction.atomic
def send_queued_mail(*, mail_id: int) -> None:
    """Hand a waiting message to the mail server. The row is locked meanwhile, so that it is sent once; errors pass to
    the job, which tries again."""
    mail = OutgoingMail.objects.select_for_update().filter(pk=mail_id).first()
    if mail is None or not mail.is_sendable:
        return
    _as_message(mail).send()
    mail.sent_at = timezone.now()
    _note_attempt(mail, OutgoingMail.Status.SENT)


@transaction.atomic
def note_failed_attempt(*, mail_id: int, error: str, is_last: bool) -> None:
    """Another job may have sent the message in the meantime: then it stays sent."""
    mail = OutgoingMail.objects.select_for_update().filter(pk=mail_id).first()
    if mail and mail.is_sendable:
        _note_attempt(mail, OutgoingMail.Status.FAILED if is_last else OutgoingMail.Status.WAITING, error)


def _note_attempt(mail: OutgoingMail, status: str, error: str = "") -> None:
    """A secret is kept no longer than it takes to send it: whoever reads the table, or a backup of it, must not get in.

    In demo mode nothing leaves, and the mailbox page shows the texts: there they stay.
    """
    mail.status, mail.last_error = status, error
    mail.attempts += 1
    if mail.is_secret and status != OutgoingMail.Status.WAITING and not settings.DEMO_MODE:
        mail.text = mail.html = ""
    mail.save(update_fields=["status", "last_error", "attempts", "sent_at", "text", "html"])


def _as_message(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.in_reply_to:
        headers |= {"In-Reply-To": mail.in_reply_to, "References": mail.in_reply_to}
    reply_to = [mail.reply_to] if mail.reply_to else None
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail_address(mail.to)], reply_to=reply_to, headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
