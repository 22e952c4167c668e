"""Reports that a mail of ours did not arrive (RFC 3464)."""

import re
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actions import record_activity
from accounts.actions.mail_delivery import note_returned
from accounts.actors import Actor
from accounts.models import Contact
from lib.mail_text.headers import POLICY, header
from records.reply_address import read_reply_address
from records.surfaces import surface_with_code

REASONS = {
    "1": _("mailbox unknown"),
    "2": _("mailbox full or closed"),
    "3": _("their mail server does not take it"),
    "4": _("their mail server cannot be reached"),
    "7": _("refused by their mail server"),
}
"""By the second number of the status."""
_STATUS = re.compile(r"5\.(\d)\.\d{1,3}")


def take_report(leaves: list[Message]) -> str:
    """Mark mail and record, and say so in words; empty where it is about no mail of ours, or not final."""
    failure = next(_failures(leaves), None)
    mail = note_returned(message_id=_message_id(leaves), reason=_reason(failure)) if failure else None
    if mail is None:
        return ""
    record = _record_of(mail.reply_to)
    contact = Contact.objects.filter(email=mail.to).first()
    told = {"who": contact.full_name if contact else mail.to, "reason": mail.last_error}
    if record:
        verb = f"{record.record_type.name}.mail_returned"
        record_activity(actor=Actor(), verb=verb, record=record, is_internal=True, **told)
    return str(_("%(who)s does not get our emails: %(reason)s")) % told


def _record_of(reply_to: str) -> Any | None:
    """The record that answers to the mail would have gone to."""
    target = read_reply_address(reply_to)
    surface = surface_with_code(target.code) if target else None
    return surface.model._default_manager.filter(pk=target.record_id).first() if surface and target else None


def _failures(leaves: list[Message]) -> Iterator[Message]:
    for part in leaves:
        payload = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
            yield from (
                one
                for one in payload
                if isinstance(one, Message) and header(one, "action").lower() == "failed"
            )


def _reason(failure: Message) -> str:
    found = _STATUS.search(header(failure, "status"))
    known = str(REASONS.get(found[1], "")) if found else ""
    return known or header(failure, "diagnostic-code")[:150] or str(_("undeliverable"))


def _message_id(leaves: list[Message]) -> str:
    """Of the mail that the report gives back, or of its headers."""
    for part in leaves:
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list) and payload:
            return header(payload[0], "message-id")  # type: ignore[arg-type]
        if part.get_content_type() == "text/rfc822-headers":
            return header(message_from_string(str(payload)[:20_000], policy=POLICY), "message-id")
    return ""
