from collections.abc import Collection
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from accounts.models import RecordPermission, WebRole
from accounts.scoping import PRIVILEGES, Grant
from lib.locks import locked


@transaction.atomic
def save_role(*, actor: Actor, role: WebRole, grants: Collection[Grant]) -> None:
    """Save a new or changed role, and make ``grants`` all that it permits."""
    stored = locked(role) if role.pk else None
    held = stored.grants if stored else set()
    wanted = set(grants)
    kept = {grant[:2] for grant in held} - {grant[:2] for grant in held ^ wanted}
    # Taken away before the role is saved, and added afterwards: it may stop or begin to be one for visitors.
    RecordPermission.objects.filter(
        pk__in=[row.pk for row in _rows(stored) if (row.record_type, row.scope) not in kept]
    ).delete()
    role.save()
    RecordPermission.objects.bulk_create(
        _permissions(role, [grant for grant in wanted if grant[:2] not in kept])
    )
    changes: dict[str, Any] = {
        "added": _names(wanted - held),
        "removed": _names(held - wanted),
        "fields": _changed_fields(stored, role),
    }
    if any(changes.values()):
        verb = "role.changed" if stored else "role.created"
        record_activity(actor=actor, verb=verb, record=None, label=role.name, role=role.pk, **changes)


@transaction.atomic
def delete_role(*, actor: Actor, role: WebRole) -> None:
    """Take a role from all who have it. Those that come with the portal stay, and so do audiences: emptied,
    they would be open to all."""
    role = locked(role, deletes=True)
    if role.is_builtin or audiences_of(role):
        raise PermissionDenied
    details: dict[str, Any] = {
        "role": role.pk,
        "removed": _names(role.grants),
        "contacts": role.contacts.count(),
    }
    record_activity(actor=actor, verb="role.deleted", record=None, label=role.name, **details)
    role.delete()


def audiences_of(role: WebRole) -> dict[str, int]:
    """In which audiences the role is: plural name of the kind of record, and how many of them."""
    return {name: count for field, name, count in _uses_of(role) if field == "audience"}


def users_of(role: WebRole) -> dict[str, int]:
    """What else names the role: plural name of the kind of record, and how many of them."""
    return {name: count for field, name, count in _uses_of(role) if field != "audience"}


def _uses_of(role: WebRole) -> list[tuple[str, str, int]]:
    links = [
        relation
        for relation in WebRole._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToManyRel)
    ]
    counted = [
        (link, link.related_model._default_manager.filter(**{link.field.name: role}).count())
        for link in links
    ]
    return [
        (link.field.name, str(link.related_model._meta.verbose_name_plural), count)
        for link, count in counted
        if count
    ]


def _rows(role: WebRole | None) -> list[RecordPermission]:
    return list(role.record_permissions.all()) if role else []


def _permissions(role: WebRole, grants: list[Grant]) -> list[RecordPermission]:
    """One row for each record type and scope."""
    by_row = groupby(sorted(grants), key=lambda grant: grant[:2])
    return [
        _permission(role, record_type, scope, {grant.privilege for grant in group})
        for (record_type, scope), group in by_row
    ]


def _permission(role: WebRole, record_type: str, scope: str, privileges: Collection[str]) -> RecordPermission:
    granted = {f"can_{name}": name in privileges for name in PRIVILEGES}
    return RecordPermission(role=role, record_type=record_type, scope=scope, **granted)


def _names(grants: Collection[Grant]) -> list[str]:
    return sorted(str(grant) for grant in grants)


def _changed_fields(stored: WebRole | None, role: WebRole) -> dict[str, Any]:
    """The new values of what is different; of a new role those that are not empty."""
    before = stored or WebRole()
    names = ("name", "description", "delegable", "for_authenticated", "for_anonymous")
    return {name: getattr(role, name) for name in names if getattr(role, name) != getattr(before, name)}
