from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from accounts.models import OutgoingMail, User
from lib.jobs import URGENT, defer
from lib.languages import is_offered

SEND_MAIL = "accounts.tasks.send_mail"


@transaction.atomic
def queue_mail(
    *, event: str, to: str, context: dict[str, Any], reply_to: str = "", in_reply_to: str = ""
) -> OutgoingMail:
    """Write one message and a job that sends it, in the caller's transaction.

    ``event`` names the templates: ``emails/<event>.subject.txt``, ``.txt`` and ``.html``. They are rendered
    in the language and time zone of the user who signs in with the address, never in those of whoever caused
    the mail. Mails with the same ``in_reply_to`` are one conversation.
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
        event=event,
        to=to,
        subject=" ".join(subject.split())[:250],
        text=text,
        message_id=make_msgid(domain=_host()),
        **fields,
    )
    defer_sending(mail)
    return mail


def defer_sending(mail: OutgoingMail) -> None:
    """Codes and links, which a person is waiting for, go before everything else."""
    defer(SEND_MAIL, priority=URGENT if mail.is_secret else 0, mail_id=mail.pk)


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
    """What every mail shows of the site. The function behind it is a setting: the site belongs to the shell
    above."""
    context: dict[str, Any] = import_string(settings.MAIL_CONTEXT)()
    return context
