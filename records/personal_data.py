"""Rows of the file that holds what the portal keeps about one person."""

from collections.abc import Iterator
from typing import Any

from django.db import models

Row = dict[str, Any]
CHUNK = 1000
"""Rows that are in memory at a time."""


def rows_of(rows: models.QuerySet[Any], *names: str) -> Iterator[Row]:
    return rows.order_by("pk").values(*names).iterator(chunk_size=CHUNK)
