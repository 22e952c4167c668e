"""Make a text fit for everybody: who wrote it, and what is theirs alone, is taken out by rule.

The rules would rather take too much: a person reads the result before it is published.
"""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

SHORTEST_NAME = 2
LONGEST_PLAIN_SEGMENT = 24
"""A longer part of an address with digits in it is taken for a token."""

_URL = r"(?P<url>\b(?:https?://|www\.)[^\s<>\"'\])]+)"
_EMAIL = r"(?P<email>[\w.+%-]+@[\w-]+(?:\.[\w-]+)+)"
_UUID = r"(?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
_IPV4 = r"(?P<ipv4>(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\w.]*\d))"
_MAC = r"(?P<mac>\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b)"
_IPV6 = r"(?P<ipv6>(?<![\w:])(?:(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}|(?=[0-9a-f:]*::)[0-9a-f:]{4,})(?:/\d{1,3})?(?![\w:]))"
_ID = (
    r"(?P<id>\b(?:[a-z]{1,6}\d*-)+[a-z0-9]*\d[a-z0-9-]*\b"
    r"|\b(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{8,}\b"
    r"|\b\d{6,}\b)"
)
_DATE = r"(?!\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b)"
_PHONE = (
    r"(?P<phone>(?<![\w.])(?:\+|00)\d[\d\s()./-]{5,20}\d"
    rf"|(?<![\w.,:]){_DATE}\(?0\d{{1,5}}\)?[\s/-]\d[\d\s/-]{{3,14}}\d(?![:\w])"
    r"|(?<![\w.])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b)"
)
_RULES = (_URL, _EMAIL, _UUID, _MAC, _IPV4, _IPV6, _PHONE, _ID)


def redact(text: str, *, people: Iterable[str], organisations: Iterable[str] = ()) -> str:
    """Of people each word of the full name is a name; of an organisation the whole and its first word."""
    named = _alternatives(_names(people, organisations))
    rules = re.compile("|".join((*_RULES, *named)), re.IGNORECASE)
    inside = re.compile("|".join((_EMAIL, _UUID, _ID, *named)), re.IGNORECASE)
    return rules.sub(lambda found: _replacement(found, inside), text)


def _names(people: Iterable[str], organisations: Iterable[str]) -> list[str]:
    """The longest first, so that a full name is replaced as one."""
    persons, firms = [name.split() for name in people], [name.split() for name in organisations]
    words = {word.strip(",.") for name in persons for word in name} | {name[0] for name in firms if name}
    found = {" ".join(name) for name in (*persons, *firms)} | words
    return sorted((name for name in found if len(name) >= SHORTEST_NAME), key=lambda name: (-len(name), name))


def _alternatives(names: list[str]) -> tuple[str, ...]:
    either = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    return (rf"(?P<name>(?<!\w)(?:{either})(?!\w))",) if names else ()


def _replacement(found: re.Match[str], inside: re.Pattern[str]) -> str:
    kind, text = str(found.lastgroup), found[0]
    if kind == "url":
        return _("[link]") if _is_private(text, inside) else text
    words = {"email": _("[e-mail address]"), "phone": _("[phone number]"), "name": _("[name]")}
    if kind in ("ipv4", "ipv6", "mac"):
        return _("[network address]")
    return words.get(kind, _("[number]"))


def _is_private(url: str, inside: re.Pattern[str]) -> bool:
    """An address with a query, credentials or a token opens something to whoever has it."""
    host, _slash, path = url.partition("://")[2].partition("/")
    segments = path.split("/")
    has_token = any(len(segment) > LONGEST_PLAIN_SEGMENT and re.search(r"\d", segment) for segment in segments)
    return any(mark in url for mark in "?@#=") or ":" in host or has_token or bool(inside.search(url))
