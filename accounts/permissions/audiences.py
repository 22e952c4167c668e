"""Audiences: the roles that a category, forum or announcement is meant for, below what record permissions
allow."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Exists, F, Q, QuerySet, Value

from accounts.scoping import Permitted
from lib.lookups import OneOf

IDS = ArrayField(BigIntegerField())


def is_meant_for(contact: Permitted | None, audience: QuerySet[Any]) -> Q:
    """Whether a row of the enclosing query has no audience, or one that ``contact`` belongs to; without a
    contact: visitors.

    ``audience`` are the row's links to roles:
    ``Forum.audience.through.objects.filter(forum=OuterRef("pk"))``.
    """
    return ~Exists(audience) | is_named_for(contact, audience)


def is_named_for(contact: Permitted | None, audience: QuerySet[Any]) -> Q:
    """Whether the row has an audience that ``contact`` belongs to."""
    held = (
        audience.filter(OneOf(F("webrole"), Value(list(contact.role_ids), output_field=IDS)))
        if contact
        else audience.filter(webrole__for_anonymous=True)
    )
    return Q(Exists(held))
