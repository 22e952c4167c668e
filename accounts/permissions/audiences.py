"""Audiences: the roles that a category, forum or announcement is meant for, below what record permissions
allow."""

from typing import Any, cast

from django.db.models import Exists, Q, QuerySet

from accounts.models import Contact
from accounts.scoping import Permitted


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
        audience.filter(webrole__in=_role_ids(contact))
        if contact
        else audience.filter(webrole__for_anonymous=True)
    )
    return Q(Exists(held))


def _role_ids(contact: Permitted) -> frozenset[int]:
    """A Reader has none and fails: the roles of one contact must not stand in a query that serves many."""
    return cast("Contact", contact).role_ids
