"""Audiences: the roles that a category, forum or announcement is meant for, below what record permissions
allow."""

from typing import Any

from django.db.models import Exists, Q, QuerySet

from accounts.models import Contact


def is_meant_for(contact: Contact | None, audience: QuerySet[Any]) -> Q:
    """Whether a row of the enclosing query has no audience, or one that ``contact`` belongs to; without a
    contact: visitors.

    ``audience`` are the row's links to roles:
    ``Forum.audience.through.objects.filter(forum=OuterRef("pk"))``.
    """
    return ~Exists(audience) | is_named_for(contact, audience)


def is_named_for(contact: Contact | None, audience: QuerySet[Any]) -> Q:
    """Whether the row has an audience that ``contact`` belongs to."""
    held = (
        audience.filter(webrole__in=contact.role_ids)
        if contact
        else audience.filter(webrole__for_anonymous=True)
    )
    return Q(Exists(held))
