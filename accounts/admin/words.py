"""Columns and filters of the logs, in words."""

from typing import Any

from django.contrib import admin

from accounts.activity_words import type_words, verb_words


class WordsFilter(admin.AllValuesFieldListFilter):
    """A filter by what the column holds, in words."""

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            yield {**choice, "display": _shown(self.field_path, choice["display"])}


def _shown(path: str, value: Any) -> str:
    words = type_words if path == "record_type" else verb_words
    return words(value) if isinstance(value, str) and value.islower() else str(value)
