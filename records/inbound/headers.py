"""Headers of mail, which say what they like in any length and encoding."""

from email._policybase import Compat32
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

LIMIT = 8_000
"""Characters of one header. Nobody needs more, and reading more can take minutes."""


class _Policy(Compat32):
    """Raw UTF-8 in headers is read as such; much mail has it."""

    def header_fetch_parse(self, name: str, value: Any) -> str:
        return utf8(str(value)[:LIMIT])


POLICY = _Policy()


def utf8(text: str) -> str:
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "replace")
    return raw.decode("utf-8", "replace").replace("\0", "")


def bare(value: str) -> str:
    """Without quoted strings and comments, in which a sender can write anything. Comments nest; one without
    an end hides all that follows."""
    kept: list[str] = []
    depth, is_quoted = 0, False
    letters = iter(value)
    for letter in letters:
        if letter == "\\":
            next(letters, "")
        elif letter == '"' and not depth:
            is_quoted = not is_quoted
        elif letter in "()" and not is_quoted:
            depth = max(0, depth + (1 if letter == "(" else -1))
        elif not (is_quoted or depth):
            kept.append(letter)
    return "".join(kept)


def in_words(value: str) -> str:
    """Encoded words decoded; what cannot be decoded stays as it came. Always one line."""
    unfolded = " ".join(value.split())
    try:
        decoded = str(make_header(decode_header(unfolded)))
    except Exception:  # unknown charsets, broken base64 and much else
        decoded = unfolded
    return " ".join(utf8(decoded).split())


def is_whole(message: Message, *names: str) -> bool:
    """Whether these headers are read as they came: nothing was cut off, and no NUL was left out, at which
    other programs end a text."""
    values = (str(value) for name, value in message.raw_items() if name.lower() in names)
    return all(len(value) <= LIMIT and "\0" not in value for value in values)


def header(message: Message, name: str) -> str:
    return in_words(str(message.get(name) or ""))


def raw_headers(message: Message, name: str) -> list[str]:
    """Each on one line, not decoded."""
    return [" ".join(str(value).split()) for value in message.get_all(name, [])]
