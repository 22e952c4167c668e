"""Texts that exist in several languages: by language code, "" for the one that holds where there is no
other."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


def codes(language: str | None) -> Iterator[str]:
    """Where to look, in this order: exactly this language (de-at), the language in general (de), the text for
    all."""
    asked = language or ""
    yield from dict.fromkeys((asked, asked.split("-")[0], ""))


def choose(texts: Mapping[str, T], language: str | None) -> T:
    """The best text for this language. An empty text counts as none; the text for all is always there."""
    return next((found for code in codes(language) if (found := texts.get(code))), texts[""])
