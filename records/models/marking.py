"""What a person keeps about records, loaded beside rows that came through ``visible_to``.

Each function takes the name of the rows' record type: ``rows.annotate(draft=draft_of(contact, "loan"))``.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from accounts.scoping import Permitted
from records.models.marks import Draft, Follow, Reading


def read_until(contact: Permitted, record_type: str, otherwise: Sequence[Any] = ()) -> Coalesce:
    """Until when the contact has read a record; of one that they never opened, the first of ``otherwise``
    that says so, or None."""
    reading = _beside(Reading, record_type).filter(contact=contact.pk).values("read_at")[:1]
    nothing = models.Value(None, output_field=models.DateTimeField(null=True))
    return Coalesce(
        models.Subquery(reading),
        *(otherwise or [nothing]),
        output_field=models.DateTimeField(null=True),
    )


def read_by_staff_until(user: int, record_type: str) -> models.Subquery:
    """Until when an agent has read a record, or None."""
    return models.Subquery(_beside(Reading, record_type).filter(user=user).values("read_at")[:1])


def draft_of(contact: Permitted, record_type: str) -> models.Subquery:
    """The values of what the contact has typed and not sent."""
    return models.Subquery(_beside(Draft, record_type).filter(contact=contact.pk).values("values")[:1])


def mute_of(contact: Permitted, record_type: str) -> models.Subquery:
    """False: the contact follows the record. True: they have muted it. None: neither."""
    return models.Subquery(_beside(Follow, record_type).filter(contact=contact.pk).values("is_muted")[:1])


def concern_of(contact: Permitted, model: Any) -> models.ExpressionWrapper[Any]:
    """Whether it is their record, or they take part in it: as Surface.concerned says it of one record."""
    kind, ways = model.record_type, models.Q(pk=None)
    if kind.contact:
        ways |= models.Q(**{kind.contact: contact.pk})
    if kind.joined:
        key = model._meta.get_field(kind.joined).field
        taking_part = key.model.objects.filter(**{key.name: models.OuterRef("pk")}, contact=contact.pk)
        ways |= models.Q(models.Exists(taking_part))
    return models.ExpressionWrapper(ways, output_field=models.BooleanField())


def followed_records(contact: Permitted, record_type: str) -> models.QuerySet[Any]:
    """The keys of what the contact follows. They open nothing: ask for them within visible rows."""
    follows = Follow.objects.filter(contact=contact.pk, record_type=record_type, is_muted=False)
    return follows.values_list("record_id")


def _beside(mark: type[models.Model], record_type: str) -> models.QuerySet[Any]:
    return mark._default_manager.filter(record_type=record_type, record_id=models.OuterRef("pk"))
