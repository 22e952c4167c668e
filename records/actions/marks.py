"""Reading marks and drafts. The caller has the record from ``visible_to``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Contact, User
from records.models.marks import NEW, Draft, Reading

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
    *, contact: Contact, record: models.Model, read_at: datetime | None, changed_at: datetime
) -> None:
    """The contact has looked at the record, which they had read until ``read_at``. Nothing is written while
    there is nothing new."""
    if read_at is None or read_at < changed_at:
        Reading.objects.update_or_create(
            contact=contact, **named(record), defaults={"read_at": timezone.now()}
        )


@transaction.atomic
def save_draft(*, owner: Contact | User, about: About, values: Mapping[str, Any]) -> None:
    """Keep what is typed; an empty draft is none."""
    if any(values.values()):
        Draft.objects.update_or_create(
            **_whose(owner), **named(about), defaults={"values": dict(values), "saved_at": timezone.now()}
        )
    else:
        discard_draft(owner=owner, about=about)


def discard_draft(*, owner: Contact | User, about: About) -> bool:
    """Whether there was one."""
    return bool(_drafts(owner, about).delete()[0])


def draft_by(owner: Contact | User, about: About) -> Draft | None:
    return _drafts(owner, about).first()


def _drafts(owner: Contact | User, about: About) -> models.QuerySet[Draft]:
    return Draft.objects.filter(**_whose(owner), **named(about))


def _whose(owner: Contact | User) -> dict[str, Any]:
    return (
        {"contact": owner, "user": None} if isinstance(owner, Contact) else {"contact": None, "user": owner}
    )
