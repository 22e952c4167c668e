"""The address that answers by mail go to: it names the record and the person, signed, so that nobody can
write as another.

``support+c-7pt.c12.20783.x7fk…@host.example``: the type of record (Talk.code) and its id, a contact (c) or
a user (u), the day on which it was made, and the signature. Ids are written in base 36, for a local part has
at most 64 characters.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from accounts.models import Contact, User

SALT = "records.reply-address"
SIGNATURE_LENGTH = 20
_SIGNED = (
    r"(?P<code>[a-z]{1,3})-(?P<record>[0-9a-z]{1,13})\.(?P<kind>[cu])(?P<pk>[0-9a-z]{1,13})\."
    r"(?P<day>\d{1,6})\.(?P<signature>[0-9a-f]{20})"
)
_LOCAL = re.compile(rf"\+{_SIGNED}@", re.IGNORECASE)


@dataclass(frozen=True)
class ReplyTarget:
    """Which record a reply address was made for, and whom."""

    code: str
    record_id: int
    contact_id: int | None = None
    user_id: int | None = None


def reply_address(
    code: str, record: models.Model, *, contact: Contact | None = None, user: User | None = None
) -> str:
    """Empty while no mailbox for answers is configured (MAIL_IN_ADDRESS); for agents also while nobody
    checks who really writes (MAIL_IN_AUTHSERV_ID)."""
    mailbox: str = settings.MAIL_IN_ADDRESS
    if not mailbox or (contact is None and not settings.MAIL_IN_AUTHSERV_ID):
        return ""
    who = f"c{int_to_base36(contact.pk)}" if contact else f"u{int_to_base36(user.pk if user else 0)}"
    local, _at, host = mailbox.partition("@")
    token = f"{code}-{int_to_base36(record.pk)}.{who}.{_today()}"
    return f"{local}+{token}.{_signature(token)}@{host}"


def read_reply_address(address: str) -> ReplyTarget | None:
    """None: not one of ours, not as it was made, or too old."""
    found = _LOCAL.search(address)
    if found is None:
        return None
    written = {name: text.lower() for name, text in found.groupdict().items()}
    token = "{code}-{record}.{kind}{pk}.{day}".format_map(written)
    if not constant_time_compare(_signature(token), written["signature"]) or _is_over(int(found["day"])):
        return None
    record_id, pk = base36_to_int(written["record"]), base36_to_int(written["pk"])
    is_contact = written["kind"] == "c"
    return ReplyTarget(written["code"], record_id, pk if is_contact else None, None if is_contact else pk)


def without_reply_addresses(text: str) -> str:
    """What is quoted or forwarded hands nobody the key to somebody's answers: not even without our host
    behind it."""
    return any_reply_address().sub("…", text)


def any_reply_address() -> re.Pattern[str]:
    mailbox = re.escape(settings.MAIL_IN_ADDRESS.partition("@")[0])
    return re.compile(rf"(?i)(?:{mailbox}(?:\+|%2b))?{_SIGNED}(?:(?:@|%40)[\w.-]{{1,253}})?")


def _today() -> int:
    """Days since the common era began."""
    return timezone.now().date().toordinal()


def _is_over(day: int) -> bool:
    return day + settings.MAIL_IN_ADDRESS_DAYS < _today()


def _signature(token: str) -> str:
    return salted_hmac(SALT, token, algorithm="sha256").hexdigest()[:SIGNATURE_LENGTH]
