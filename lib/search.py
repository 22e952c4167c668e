"""Full-text search on PostgreSQL: how a reader's words become a query."""

import re
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

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")

MAX_WORDS = 64
_WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")


def words_of(text: str) -> list[str]:
    """The words to look for, stop words dropped."""
    words = [word.lower() for word in _WORD.findall(text)[:MAX_WORDS]]
    return [word for word in words if word not in STOP_WORDS]


def any_word(text: str) -> SearchQuery | None:
    """A query for rows with any of the words, or None when there is no word to look for.

    A natural question rarely has all its words in one article; ranking puts the best first.
    """
    query = None
    for word in words_of(text):
        term = SearchQuery(word, config=CONFIGURATION, search_type="plain")
        query = term if query is None else query | term
    return query


def every_word(text: str) -> SearchQuery | None:
    """A query for rows with all of the words, or such as begin with them; None when there is no word to look
    for."""
    query = None
    for word in _WORD.findall(text)[:MAX_WORDS]:
        quoted = word.replace("'", "''")
        term = SearchQuery(f"'{quoted}':*", config=CONFIGURATION, search_type="raw")
        query = term if query is None else query & term
    return query


def alike(rows: Rows, column: str, text: str, *, among: int) -> Rows:
    """The rows that have any of the words in a short column, the best first. Looked for among the first
    ``among`` only: there is no index behind it."""
    query = any_word(text)
    if query is None:
        return rows.none()
    rank = SearchRank(SearchVector(column, config=CONFIGURATION), query)
    return (
        rows.filter(pk__in=rows.values("pk")[:among])
        .annotate(likeness=rank)
        .filter(likeness__gt=0)
        .order_by("-likeness", "-pk")
    )
