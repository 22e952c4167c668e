"""Who a message says it comes from."""

import re
import unicodedata
from email.message import Message

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.mail_addresses import mail_address
from lib.mail_text.headers import bare, is_whole, raw_headers

DECISIVE = ("from", "authentication-results")
"""What tells who writes. Of these nothing may be left out."""
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_COMMENT = r'(?:\([^()<>@,:;"\\]*\))'
"""One that nobody can take for more than words: no address, no bracket or quotation mark of its own."""
_ADDRESS = r'(?P<address>[^\s()<>,:;"\\]+)'
_IN_BRACKETS = re.compile(rf'(?P<name>(?:{_QUOTED}|{_COMMENT}|[^()<>:;"\\])*+)<{_ADDRESS}>\s*{_COMMENT}?')
_ALONE = re.compile(rf"{_ADDRESS}(?:\s+{_COMMENT})?")
_AN_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@.]{1,250}\.")
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}")


class NoSender(ValueError):  # noqa: N818 -- says what is missing
    """None, or several. The words are for staff."""


def sender_of(message: Message) -> str:
    """Exactly one address, written as an address is. It is read before encoded words are decoded, so that no
    display name passes for one; and programs do not agree on which of two would be the sender, nor on what
    stands in a comment."""
    values = [value.strip() for value in raw_headers(message, "from")]
    found = (_IN_BRACKETS.fullmatch(values[0]) or _ALONE.fullmatch(values[0])) if len(values) == 1 else None
    if found is None or not _is_mere_name(found) or not is_whole(message, *DECISIVE):
        raise NoSender(_("No sender, or more than one."))
    try:
        return _in_one_spelling(found["address"])
    except ValidationError as error:
        raise NoSender(" ".join(error.messages)) from error


def _in_one_spelling(address: str) -> str:
    """One with letters beyond ASCII (RFC 6531) is no contact's: it can be read, and not answered."""
    local_part, _at, domain = address.rpartition("@")
    if address.isascii() or local_part.isascii():
        return mail_address(address.removesuffix(".") if address.isascii() else address)
    if "=?" in local_part or not _LOCAL_PART.fullmatch(local_part):
        return mail_address(address)
    domain = mail_address(f"x@{domain}").partition("@")[2]
    return f"{unicodedata.normalize('NFC', local_part).lower()}@{domain}"


def _is_mere_name(found: re.Match[str]) -> bool:
    """Many programs repeat the address as the name; another address there is another sender. An "@" alone
    is none."""
    words = bare(found.groupdict().get("name") or "").split()
    own = found["address"].lower()
    return all(not _AN_ADDRESS.search(word) or word.strip("'").lower() == own for word in words)
