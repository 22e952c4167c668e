"""Reading marks and drafts. The caller has the record from ``visible_to``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Contact, User
from records.models.marks import NEW, Draft, Follow, Reading
from records.surfaces import Surface, surfaces

About = models.Model | type[models.Model]
"""A record, or the model of one that is still to be made."""


class Named(TypedDict):
    record_type: str
    record_id: int


def named(about: About) -> Named:
    """How a mark names a record."""
    record: Any = about
    return {"record_type": record.record_type.name, "record_id": NEW if isinstance(about, type) else about.pk}


def note_reading(
    *, owner: Contact | User, record: models.Model, read_at: datetime | None, changed_at: datetime
) -> None:
    """They have looked at the record, which they had read until ``read_at``. Nothing is written while there
    is nothing new."""
    if read_at is None or read_at < changed_at:
        Reading.objects.update_or_create(
            **whose(owner), **named(record), defaults={"read_at": timezone.now()}
        )


@transaction.atomic
def save_draft(*, owner: Contact | User, about: About, values: Mapping[str, Any]) -> None:
    """Keep what is typed; an empty draft is none."""
    if any(values.values()):
        Draft.objects.update_or_create(
            **whose(owner), **named(about), defaults={"values": dict(values), "saved_at": timezone.now()}
        )
    else:
        discard_draft(owner=owner, about=about)


def discard_draft(*, owner: Contact | User, about: About) -> bool:
    """Whether there was one."""
    return bool(_drafts(owner, about).delete()[0])


def draft_by(owner: Contact | User, about: About) -> Draft | None:
    return _drafts(owner, about).first()


def forget_marks_of_gone_records() -> None:
    """A type and kind of mark a statement, so that no page waits for one."""
    for surface in surfaces():
        for mark in (Follow, Reading, Draft):
            _forget_gone(surface, mark)


def _forget_gone(surface: Surface[Any], mark: type[models.Model]) -> None:
    record = surface.model._base_manager.filter(pk=models.OuterRef("record_id"))
    rows = mark._default_manager.filter(record_type=surface.name).exclude(record_id=NEW)
    rows.filter(~models.Exists(record)).delete()


def _drafts(owner: Contact | User, about: About) -> models.QuerySet[Draft]:
    return Draft.objects.filter(**whose(owner), **named(about))


def whose(owner: Contact | User) -> dict[str, Any]:
    """How a mark names its owner."""
    return (
        {"contact": owner, "user": None} if isinstance(owner, Contact) else {"contact": None, "user": owner}
    )
