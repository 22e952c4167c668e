"""Columns of the administration's lists that many of them have."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin

from lib import moments


def moment(name: str, words: Any) -> Callable[..., str]:
    """A moment as short as it can be: how long ago, or the day; the exact time is in its title."""

    @admin.display(description=words, ordering=name)
    def column(*given: Any) -> str:
        at: datetime | None = getattr(given[-1], name)
        return moments.ago(at) if at else "–"

    column.__name__ = name
    return column
