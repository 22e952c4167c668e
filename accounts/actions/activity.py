import uuid
from dataclasses import replace
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Activity, Contact, User
from accounts.scoping import RecordType


def record_activity(
    *,
    actor: Actor,
    verb: str,
    record: models.Model | None,
    label: str = "",
    is_internal: bool = False,
    **details: Any,
) -> Activity:
    """Write one line of the log, inside the transaction of the change that it tells of.

    ``record`` is an instance of a model with a ``record_type``; its owners are copied, so that who may see
    the record may see the line; a line without a record is seen by staff alone. ``details`` must be JSON
    values, and never a secret.
    """
    line = _line(actor, verb, record, label, is_internal=is_internal, details=details)
    line.save(force_insert=True)
    return line


def record_once(
    *,
    batch: uuid.UUID,
    actor: Actor,
    verb: str,
    record: models.Model,
    is_internal: bool = False,
    **details: Any,
) -> None:
    """As record_activity, but one line for all calls with the same batch, also where they come at the same
    moment."""
    line = _line(actor, verb, record, "", is_internal=is_internal, details=details)
    line.batch = batch
    Activity.objects.bulk_create([line], ignore_conflicts=True)


def _line(
    actor: Actor,
    verb: str,
    record: models.Model | None,
    label: str,
    *,
    is_internal: bool,
    details: dict[str, Any],
) -> Activity:
    if record is None:
        return _line_for_staff(actor, verb, label, details)
    record_type: RecordType = record.record_type  # type: ignore[attr-defined]
    get_url = getattr(record, "get_absolute_url", None)
    return Activity(
        at=timezone.now(),
        actor=actor.user,
        actor_name=actor.name,
        verb=verb,
        record_type=record_type.name,
        record_id=str(record.pk),
        label=(label or str(record))[:250],
        url=get_url() if get_url else "",
        account_id=_owner(record, record_type.account),
        contact_id=_owner(record, record_type.contact),
        is_internal=is_internal,
        client_ip=actor.client_ip,
        details=details,
    )


def record_for_user(*, actor: Actor, verb: str, user: User, **details: Any) -> None:
    """One line for each account that the user can see something of, or one for staff alone.

    What people do themselves they do in each account under the name that they have there: no account reads in
    its log what they are called elsewhere.
    """
    contacts = list(Contact.objects.usable().filter(user=user))
    for contact in contacts:
        named = replace(actor, contact=contact) if actor.user == user else actor
        record_activity(actor=named, verb=verb, record=contact, **details)
    if not contacts:
        record_activity(actor=actor, verb=verb, record=None, label=user.email, **details)


def _line_for_staff(actor: Actor, verb: str, label: str, details: dict[str, Any]) -> Activity:
    return Activity(
        at=timezone.now(),
        actor=actor.user,
        actor_name=actor.name,
        verb=verb,
        label=label[:250],
        is_internal=True,
        client_ip=actor.client_ip,
        details=details,
    )


def _owner(record: models.Model, field: str | None) -> int | None:
    return getattr(record, record._meta.get_field(field).attname) if field else None  # type: ignore[union-attr]
