"""The address that answers by mail go to: it names the case and the person, signed, so that nobody can write
as another.

``cases+c-10001.c12.20783.x7fk…@support.example``: the case's number, a contact (c) or a user (u), the day on
which it was made, and the signature.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Contact, User
from cases.models import Case

MARKER = "-=+=-"
"""Stands in the line of our mails above which answers are written, in every language."""

SALT = "cases.reply-address"
SIGNATURE_LENGTH = 20
_SIGNED = (
    r"(?P<number>c-\d{1,15})\.(?P<kind>[cu])(?P<pk>\d{1,18})\.(?P<day>\d{1,6})\.(?P<signature>[0-9a-f]{20})"
)
_LOCAL = re.compile(rf"\+{_SIGNED}@", re.IGNORECASE)


@dataclass(frozen=True)
class ReplyTarget:
    """Whom a reply address was made for."""

    number: str
    contact_id: int | None = None
    user_id: int | None = None


def reply_address(case: Case, *, contact: Contact | None = None, user: User | None = None) -> str:
    """Empty while no mailbox for answers is configured (CASE_MAIL_ADDRESS); for agents also while nobody
    checks who really writes (CASE_MAIL_AUTHSERV_ID)."""
    mailbox: str = settings.CASE_MAIL_ADDRESS
    if not mailbox or (contact is None and not settings.CASE_MAIL_AUTHSERV_ID):
        return ""
    who = f"c{contact.pk}" if contact else f"u{user.pk if user else 0}"
    local, _at, host = mailbox.partition("@")
    token = f"{case.number.lower()}.{who}.{_today()}"
    return f"{local}+{token}.{_signature(token)}@{host}"


def read_reply_address(address: str) -> ReplyTarget | None:
    """None: not one of ours, not as it was made, or too old."""
    found = _LOCAL.search(address)
    if found is None:
        return None
    token = f"{found['number'].lower()}.{found['kind'].lower()}{found['pk']}.{found['day']}"
    if not constant_time_compare(_signature(token), found["signature"].lower()) or _is_over(
        int(found["day"])
    ):
        return None
    pk = int(found["pk"])
    is_contact = found["kind"].lower() == "c"
    return ReplyTarget(found["number"].upper(), pk if is_contact else None, None if is_contact else pk)


def without_reply_addresses(text: str) -> str:
    """What is quoted or forwarded hands nobody the key to somebody's answers: not even without our host
    behind it."""
    return any_reply_address().sub("…", text)


def any_reply_address() -> re.Pattern[str]:
    mailbox = re.escape(settings.CASE_MAIL_ADDRESS.partition("@")[0])
    return re.compile(rf"(?i)(?:{mailbox}(?:\+|%2b))?{_SIGNED}(?:(?:@|%40)[\w.-]{{1,253}})?")


def _today() -> int:
    """Days since the common era began."""
    return timezone.now().date().toordinal()


def _is_over(day: int) -> bool:
    return day + settings.CASE_MAIL_ADDRESS_DAYS < _today()


def _signature(token: str) -> str:
    return salted_hmac(SALT, token, algorithm="sha256").hexdigest()[:SIGNATURE_LENGTH]
