"""Pieces of pages that look the same from click to click: drawn once for what they show, and kept in the
process.

A piece is a template that is given its values and nothing else: no request, no person, no token. All of its
values are part of what it is kept by, so nobody can be shown another's. It must not ask what time it is
(tests/lib/test_pieces.py looks).
"""

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from types import NoneType
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language


def piece(template: str, **shown: Any) -> SafeString:
    """``shown``: texts, HTML, numbers, true, false and None, and lists and dictionaries of such. TypeError
    for anything else."""
    return _drawn(_Shown(template, get_language(), shown))


class _Shown:
    """Equal to what looks the same."""

    def __init__(self, template: str, language: str | None, shown: Mapping[str, Any]) -> None:
        self.template, self.shown = template, shown
        self.key = template, language, _fixed(shown)
        self.hash = hash(self.key)

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shown) and self.key == other.key


@lru_cache(maxsize=1_000)
def _drawn(asked: _Shown) -> SafeString:
    return render_to_string(asked.template, dict(asked.shown))


def _fixed(value: Any) -> Hashable:
    """What ``value`` says: no two that are drawn differently are equal here. 1 is not True, and HTML is not
    the words that look like it."""
    kind = type(value)
    if kind is str or kind is NoneType:
        return value  # type: ignore[no-any-return]
    if fix := _FIXED.get(kind):
        return kind, fix(value)
    if isinstance(value, Promise):
        return _fixed(str(value))
    raise TypeError(f"A piece of a page cannot be kept by its {kind.__name__}.")


def _many(values: Any) -> Hashable:
    return tuple([_fixed(value) for value in values])


def _named(values: Mapping[str, Any]) -> Hashable:
    return tuple([(name, _fixed(value)) for name, value in values.items()])


_FIXED: dict[type, Callable[[Any], Hashable]] = {
    bool: bool,
    int: int,
    SafeString: str,
    list: _many,
    tuple: _many,
    dict: _named,
}
