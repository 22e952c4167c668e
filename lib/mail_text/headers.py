"""Headers of mail, which say what they like in any length and encoding."""

import re
from email._policybase import Compat32
from email.header import decode_header
from email.message import Message
from typing import Any

from lib.charsets import decoded

LIMIT = 8_000
"""Characters of one header. Nobody needs more, and reading more can take minutes."""
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
"""Read to their end: a mail may go to hundreds of people."""
_HEADER = re.compile(rb"[ \t]|[!-9;-~]+[ \t]*:|From ")
_WORD = re.compile(r"[\w-]+")


class _Policy(Compat32):
    """Raw letters in headers are read as such; much mail has them."""

    def header_fetch_parse(self, name: str, value: Any) -> str:
        limit = None if name.lower() in RECIPIENTS else LIMIT
        text = utf8(str(value)[:limit])
        word = _WORD.search(text) if name.lower() == "content-transfer-encoding" else None
        return word[0] if word else text


POLICY = _Policy()


def with_whole_lines(head: bytes) -> bytes:
    """A line that lost its indentation belongs to the header above it, and does not end all headers."""
    lines = head.split(b"\n")
    return b"\n".join(
        line if _HEADER.match(line) or not (number and line) else b" " + line
        for number, line in enumerate(lines)
    )


def utf8(text: str) -> str:
    """Bytes that no header may hold are read for what they most likely are."""
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "replace")
    return decoded(raw, "utf-8").replace("\0", "")


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
        words = "".join(_in_letters(*part) for part in decode_header(unfolded))
    except Exception:  # broken base64 and much else
        words = unfolded
    return " ".join(utf8(words).split())


def _in_letters(part: str | bytes, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    return (
        decoded(part, charset)
        if charset
        else part.decode("ascii" if part.isascii() else "raw-unicode-escape")
    )


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
