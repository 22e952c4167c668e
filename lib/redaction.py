"""Make a text fit for everybody: who wrote it, and what is theirs alone, is taken out by rule.

The rules would rather take too much: a person reads the result before it is published.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

SHORTEST_NAME = 2
SHORTEST_OF_OTHERS = 3
SHORTEST_LINE = 4
"""A shorter line of an address is the code of a country, which says little and is a word of many
languages."""
LONGEST_PLAIN_SEGMENT = 24
"""A longer part of an address with digits in it is taken for a token."""

_URL = r"(?P<url>(?:\b(?:https?:|ftp:)|(?<![\w:/]))//(?=[\w\[])[^\s<>\"'\])]+|\bwww\.[^\s<>\"'\])]+)"
_CREDENTIAL = (
    r"(?P<secret>(?<![a-z])(?:(?:pass(?:word|wort|wd|phrase|code)?|pwd|kennwort|pin|secret|token|api[-_ ]?key|access[-_ ]?key|auth)"  # noqa: E501
    r"\s{0,3}[:=]|bearer)\s{0,3}[\"']?[^\s,;\"'<>\[][^\s,;\"'<>]{0,200})"
)
_PLACE = r"(?P<place>(?<![\w.])[-+]?\d{1,2}\.\d{3,12}°?\s?[ns]?\s{0,2}[,;/ ]\s{0,2}[-+]?\d{1,3}\.\d{3,12}(?![\w.]*\d)(?:°?\s?[ew]\b|°)?)"  # noqa: E501
_EMAIL = r"(?P<email>(?<![\w.+%-])[\w.+%-]{1,120}@[\w-]+(?:\.[\w-]+)+)"
_UUID = r"(?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
_IPV4 = r"(?P<ipv4>(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\w.]*\d))"
_MAC = r"(?P<mac>\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b)"
_IPV6 = r"(?P<ipv6>(?<![\w:])(?:(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}|(?=[0-9a-f:]*::)[0-9a-f:]{4,})(?:%\w{1,20})?(?:/\d{1,3})?(?![\w:]))"  # noqa: E501
_ID = (
    r"(?P<id>(?<![\w-])(?:[a-z]{1,6}\d{0,9}-){1,6}[a-z0-9]{0,20}\d[a-z0-9-]{0,40}\b"
    r"|\b(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{8,}\b"
    r"|\b\d{6,}\b)"
)
_DATE = r"(?!\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b)"
_PHONE = (
    r"(?P<phone>(?<![\w.])(?:\+|00)\d[\d\s()./-]{5,20}\d"
    rf"|(?<![\w.,:]){_DATE}\(?0\d{{1,5}}\)?[\s/-]\d[\d\s/-]{{3,14}}\d(?![:\w])"
    r"|(?<![\w.])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b)"
)
_RULES = (_CREDENTIAL, _URL, _EMAIL, _PLACE, _UUID, _MAC, _IPV4, _IPV6, _PHONE, _ID)


@dataclass(frozen=True)
class Named:
    """Whose names and addresses are taken out.

    ``people`` have to do with the text: each word of their names counts, however it is written. ``others``
    are many, and their names are common words, too (Will, Mark): a single word of theirs counts only if it is
    written like the name.
    """

    people: Collection[str] = ()
    organisations: Collection[str] = ()
    others: Collection[str] = ()
    addresses: Collection[str] = ()
    """Lines of postal addresses."""
    domains: Collection[str] = ()
    """Of the organisations' mail and web addresses."""


@dataclass
class Redaction:
    """``taken``: what was taken out, by the words that stand in its place."""

    text: str
    taken: dict[str, list[str]] = field(default_factory=dict)


def redact(text: str, named: Named) -> Redaction:
    """Of people each word of the full name is a name; of an organisation the whole and its first word."""
    result = Redaction("")
    every = rules(named, text)
    wanted = re.compile("|".join(every), re.IGNORECASE)
    inside = re.compile("|".join((_EMAIL, _UUID, _ID, *every[len(_RULES) :])), re.IGNORECASE)

    def replaced(found: re.Match[str]) -> str:
        words = _replacement(found, inside)
        if words != found[0]:
            result.taken.setdefault(words, []).append(found[0])
        return words

    result.text = wanted.sub(replaced, text)
    return result


def rules(named: Named, text: str) -> tuple[str, ...]:
    """Everything that is taken out of a text; one of them holds at a place, the first before the others."""
    return (*_RULES, *_alternatives(named, text))


def _alternatives(named: Named, text: str) -> tuple[str, ...]:
    """An account may have thousands of contacts: only names of which something stands in the text are looked
    for."""
    said = set(re.findall(r"\w+", _plain(text)))
    others = [name.split() for name in named.others if _is_said(name, said)]
    exact = {
        part for name in others for word in name for part in _parts(word) if len(part) >= SHORTEST_OF_OTHERS
    }
    groups = (
        (
            "domain",
            rf"(?:[\w-]{{1,60}}\.){{0,3}}{either}"
            if (either := _either(named.domains, SHORTEST_LINE))
            else "",
        ),
        ("address", _either(named.addresses, SHORTEST_LINE)),
        (
            "name",
            _either(
                {*_names(named.people, named.organisations), *(" ".join(name) for name in others)},
                SHORTEST_NAME,
            ),
        ),
        ("other", f"(?-i:{either})" if (either := _either(exact, SHORTEST_OF_OTHERS)) else ""),
    )
    return tuple(rf"(?P<{name}>(?<!\w){either}(?!\w))" for name, either in groups if either)


def _names(people: Iterable[str], organisations: Iterable[str]) -> set[str]:
    persons, firms = [name.split() for name in people], [name.split() for name in organisations]
    words = {part for name in persons for word in name for part in _parts(word)} | {
        name[0] for name in firms if name
    }
    return {" ".join(name) for name in (*persons, *firms)} | words


def _either(names: Iterable[str], shortest: int) -> str:
    """The longest first, so that a full name is replaced as one. Empty: none is long enough."""
    found = sorted({name for name in names if len(name) >= shortest}, key=lambda name: (-len(name), name))
    either = "|".join(_as_written(name) for name in found)
    return f"(?:{either})" if either else ""


def _parts(word: str) -> set[str]:
    """García-Lopez is also called García, and Lopez."""
    return {part.strip(",.") for part in (word, *word.split("-"))}


def _plain(text: str) -> str:
    """Without accents and case; as long as before, where every letter is one character."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def _is_said(name: str, said: set[str]) -> bool:
    return any(word in said or f"{word}s" in said for word in re.findall(r"\w+", _plain(name)))


def _as_written(name: str) -> str:
    """With accents or without, with any space between its words, in the plural."""
    letters = (_letter(c) for c in unicodedata.normalize("NFC", name))
    return "".join(letters) + ("s?" if name[-1].isalpha() and len(name) > SHORTEST_OF_OTHERS else "")


def _letter(letter: str) -> str:
    if letter.isspace():
        return r"[\s-]+"
    plain = unicodedata.normalize("NFKD", letter)
    if not letter.isalpha():
        return re.escape(letter) if letter != "-" else r"[\s-]"
    accents = "[\u0300-\u036f]?"
    return (
        (f"(?:{letter}|{plain[0]}{accents})" if plain[0] != letter else f"{letter}{accents}")
        if len(plain) < 3
        else re.escape(letter)
    )


def _replacement(found: re.Match[str], inside: re.Pattern[str]) -> str:
    kind, text = str(found.lastgroup), found[0]
    if kind == "url":
        return _("[link]") if _is_private(text, inside) else text
    words = {
        "email": _("[email address]"),
        "phone": _("[phone number]"),
        "address": _("[address]"),
        "domain": _("[address]"),
        "place": _("[place]"),
        "secret": _("[secret]"),
    }
    if kind in ("name", "other"):
        return _("[name]")
    if kind in ("ipv4", "ipv6", "mac"):
        return _("[network address]")
    return words.get(kind, _("[number]"))


def _is_private(url: str, inside: re.Pattern[str]) -> bool:
    """An address with a query, credentials or a token opens something to whoever has it."""
    host, _slash, path = url.partition("//")[2].partition("/")
    segments = path.split("/")
    has_token = any(
        len(segment) > LONGEST_PLAIN_SEGMENT and re.search(r"\d", segment) for segment in segments
    )
    return any(mark in url for mark in "?@#=") or ":" in host or has_token or bool(inside.search(url))
