"""Rows of the file that holds what the portal keeps about one person."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from accounts.models import Contact
from records.models import Draft, SavedView
from records.models.marks import NEW
from records.surfaces import surfaces

Row = dict[str, Any]
CHUNK = 1000
"""Rows that are in memory at a time."""


def rows_of(rows: models.QuerySet[Any], *names: str) -> Iterator[Row]:
    return rows.order_by("pk").values(*names).iterator(chunk_size=CHUNK)


def own_drafts(contact: Contact) -> Iterator[Row]:
    """What they have typed and not sent, about what they may still see: a draft may quote it."""
    for surface in surfaces():
        if surface.talk:
            about = surface.visible_to(contact).filter(pk=models.OuterRef("record_id"))
            drafts = Draft.objects.filter(contact=contact, record_type=surface.name)
            ours = drafts.filter(models.Q(record_id=NEW) | models.Q(models.Exists(about)))
            yield from rows_of(ours, "record_type", "values", "saved_at")


def own_views(contact: Contact) -> Iterator[Row]:
    return rows_of(SavedView.objects.filter(contact=contact), "record_type", "name", "query")
