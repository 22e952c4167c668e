"""The address that answers by mail go to: it names the case and the person, signed, so that nobody can write as another.

``cases+C-10001.c12.x7fk…@support.example``: the case's number, a contact (c) or a user (u), and the signature.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Contact, User
from cases.models import Case

MARKER = "-=+=-"
"""Stands in the line of our mails above which answers are written, in every language."""

SALT = "cases.reply-address"
SIGNATURE_LENGTH = 20
_LOCAL = re.compile(r"\+(?P<number>c-\d{1,15})\.(?P<kind>[cu])(?P<pk>\d{1,18})\.(?P<signature>[0-9a-f]{20})@", re.IGNORECASE)


@dataclass(frozen=True)
class ReplyTarget:
    """Whom a reply address was made for."""

    number: str
    contact_id: int | None = None
    user_id: int | None = None


def reply_address(case: Case, *, contact: Contact | None = None, user: User | None = None) -> str:
    """Empty while no mailbox for answers is configured (CASE_MAIL_ADDRESS)."""
    mailbox: str = settings.CASE_MAIL_ADDRESS
    if not mailbox:
        return ""
    who = f"c{contact.pk}" if contact else f"u{user.pk if user else 0}"
    local, _at, host = mailbox.partition("@")
    token = f"{case.number.lower()}.{who}"
    return f"{local}+{token}.{_signature(token)}@{host}"


def read_reply_address(address: str) -> ReplyTarget | None:
    """None: not one of ours, or not as it was made."""
    found = _LOCAL.search(address)
    if found is None:
        return None
    token = f"{found['number'].lower()}.{found['kind'].lower()}{found['pk']}"
    if not constant_time_compare(_signature(token), found["signature"].lower()):
        return None
    pk = int(found["pk"])
    is_contact = found["kind"].lower() == "c"
    return ReplyTarget(found["number"].upper(), pk if is_contact else None, None if is_contact else pk)


def _signature(token: str) -> str:
    return salted_hmac(SALT, token, algorithm="sha256").hexdigest()[:SIGNATURE_LENGTH]
