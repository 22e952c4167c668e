"""Full-text search on PostgreSQL: how a reader's words become a query."""

import re

from django.contrib.postgres.search import SearchQuery

CONFIGURATION = "portal_english"
"""Text search configuration with English stemming and no stop words; a migration of accounts creates it."""

STOP_WORDS = frozenset(
    (
        "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with"
    ).split()
)
"""Lucene's 33 English stop words: dropped from queries only, because questions are made of the others."""

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
