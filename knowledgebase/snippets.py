"""The passage of an article in which the words of a search stand."""

import re
from html import unescape

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lib.search import CONFIGURATION

WINDOW, LEAD = 32, 5
"""Words in a passage, and how many of them stand before its first hit."""

# Private-use characters: they stand around each hit, and become <mark>.
_BEGIN, _END = "\ue000", "\ue001"
_HIT = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]+){_END}")
_INLINE_TAG = re.compile(r"</?(?:a|code|em|s|strong)\b[^<>]*>")
_TAG = re.compile(r"<[^<>]*>")


def with_hits(field: str, query: SearchQuery) -> SearchHeadline:
    """The text of an HTML column with the hits marked, for ``passage``. Costly: only for rows that will be
    shown."""
    return SearchHeadline(
        field, query, config=CONFIGURATION, start_sel=_BEGIN, stop_sel=_END, highlight_all=True
    )


def passage(html: str) -> SafeString | None:
    """The words around the best hits, as safe HTML with the hits in <mark>; None without a hit."""
    words = unescape(_TAG.sub(" ", _INLINE_TAG.sub("", html))).split()
    hits = {place: word.lower() for place, word in enumerate(words) if _BEGIN in word}
    if not hits:
        return None
    start = max(max(hits, key=lambda place: (_worth(hits, place), -place)) - LEAD, 0)
    shown = " ".join(words[start : start + WINDOW])
    return _marked(f"{'… ' if start else ''}{shown}{' …' if start + WINDOW < len(words) else ''}")


def _worth(hits: dict[int, str], start: int) -> int:
    """Of the passage whose first hit is at ``start``: each different hit counts once, by its length, as long
    words tell more."""
    return sum(map(len, {hits[place] for place in range(start, start + WINDOW - LEAD) if place in hits}))


def _marked(text: str) -> SafeString:
    before, *rest = [part.replace(_BEGIN, "").replace(_END, "") for part in _HIT.split(text)]
    hits = format_html_join("", "<mark>{}</mark>{}", zip(rest[::2], rest[1::2], strict=True))
    return format_html("{}{}", before, hits)
