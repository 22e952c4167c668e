"""Full-text search on PostgreSQL: how a text becomes words, and a reader's words a query.

Texts and queries are split alike, after the same normalisation: ``portal_words`` in the database (a migration
of accounts creates it) for what is found, ``normalised`` here for what is looked for. A test compares them.
"""

import re
import unicodedata
from itertools import pairwise
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import models

CONFIGURATION = "portal_english"
"""Text search configuration with English stemming and no stop words; a migration of accounts creates it."""

STOP_WORDS = frozenset(
    (
        "a an and are as at be but by for if in into is it no not of on or such that "
        "the their then there these they this to was will with"
    ).split()
)
"""Lucene's 33 English stop words: dropped from queries only, because questions are made of the others."""

# Classes of letters, as both Python and PostgreSQL read them.
UNSEEN = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
MARKS = (
    r"\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    r"\u0610-\u061a\u0640\u064b-\u065f\u0670"
)
"""Accents and vowel signs that many leave out."""
BETWEEN = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02c2-\u02df\u055a-\u055f\u0589\u05be"
    r"\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u2bff\u2e00-\u2e7f"
    r"\u3000-\u3004\u3008-\u3020\u3030-\u303f\u30a0\u30fb\ufd3e\ufd3f\U0001f000-\U0001faff"
)
"""What stands between words: whatever the language, and within codes and paths too (HL-200/5)."""
ALONE = (
    r"\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ec0-\u0ec6\u1000-\u102a\u1780-\u17b3"
    r"\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Letters of scripts that do without spaces: each is a word, and several are a phrase."""
WITH = r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3"
"""Vowels and tones that belong to the letter before."""
_UNSEEN, _MARKS, _BETWEEN = (re.compile(f"[{letters}]") for letters in (UNSEEN, MARKS, BETWEEN))
_ALONE = re.compile(f"([{ALONE}][{WITH}]*)")
SEAM = r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])"
"""Within a code: HL200 is HL-200, and v4.2 is 4.2."""
_SEAM = re.compile(SEAM)
_PLAIN = str.maketrans("øØđĐłŁıħĦŧŦ", "oOdDlLihHtT") | {
    ord(letter): plain
    for letter, plain in {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th"}.items()
}
"""Letters that no normal form takes apart, as people without them on the keyboard write them."""


Rows = TypeVar("Rows", bound="models.QuerySet[Any]")

MAX_WORDS = 64
SHORTEST_PART = 3
"""Of a term such as HL-200/5, to be looked for by itself."""


def normalised(text: str) -> str:
    """The text's words with a space between them."""
    plain = unicodedata.normalize("NFKD", _UNSEEN.sub("", text))
    plain = unicodedata.normalize("NFC", _MARKS.sub("", plain).translate(_PLAIN))
    return _ALONE.sub(r" \1 ", _SEAM.sub(" ", _BETWEEN.sub(" ", plain)))


def words_in(column: str) -> models.Func:
    """The same of a column, by the database."""
    return models.Func(models.F(column), function="portal_words", output_field=models.TextField())


def vector_of(column: str, weight: str | None = None) -> SearchVector:
    return SearchVector(words_in(column), config=CONFIGURATION, weight=weight)


def phrase(words: str) -> SearchQuery:
    """Words that follow each other, as the database itself splits and stems them."""
    return SearchQuery(words, config=CONFIGURATION, search_type="phrase")


class Beginning(SearchQuery):
    """The same, of the last of which only the beginning must agree."""

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(*args, **kwargs)
        return f"(nullif({sql}::text, '') || ':*')::tsquery", params


def terms_of(text: str) -> list[list[str]]:
    """What stands between spaces, each split into its words."""
    terms = (normalised(term).split() for term in text.replace("\0", "").split()[:MAX_WORDS])
    return [term[:MAX_WORDS] for term in terms if term]


def any_word(text: str) -> SearchQuery | None:
    """A query for rows with any of the words, or None when there is no word to look for.

    A natural question rarely has all its words in one article; ranking puts the best first.
    """
    phrases = [part for term in terms_of(text) for part in _parts(term)][:MAX_WORDS]
    query: Any = None
    for words in dict.fromkeys(phrases):
        found = phrase(words)
        query = found if query is None else query | found
    return query  # type: ignore[no-any-return]


def _parts(term: list[str]) -> list[str]:
    """The term, and what somebody may know of it: its longer words, and any two letters of a script without
    spaces."""
    if len(term) == 1:
        return [] if term[0].lower() in STOP_WORDS else term
    pairs = [f"{one} {two}" for one, two in pairwise(term) if _is_alone(one) and _is_alone(two)]
    longer = [word for word in term if len(word) >= SHORTEST_PART and word.lower() not in STOP_WORDS]
    return [" ".join(term), *longer, *pairs]


def _is_alone(word: str) -> bool:
    return bool(_ALONE.fullmatch(word))


def every_word(text: str) -> SearchQuery | None:
    """A query for rows with all of the words, or such as begin with them; None when there is no word to look
    for."""
    query: Any = None
    for term in terms_of(text):
        found = Beginning(" ".join(term), config=CONFIGURATION, search_type="phrase")
        query = found if query is None else query & found
    return query  # type: ignore[no-any-return]


def alike(rows: Rows, column: str, text: str, *, among: int) -> Rows:
    """The rows that have any of the words in a short column, the best first. Looked for among the first
    ``among`` only: there is no index behind it."""
    query = any_word(text)
    if query is None:
        return rows.none()
    return (
        rows.filter(pk__in=rows.values("pk")[:among])
        .annotate(likeness=SearchRank(vector_of(column), query))
        .filter(likeness__gt=0)
        .order_by("-likeness", "-pk")
    )
