"""Who took which file out of the portal, and from where."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.actions.activity import record_activity, record_once
from accounts.actors import Actor

BATCH_SECONDS = 15 * 60
"""What a page loads by itself is one line for each person, record and address within a quarter of an hour."""


def record_download(
    *, actor: Actor, verb: str, record: models.Model | None, label: str = "", **details: Any
) -> None:
    """When a customer took the file, the line is about them, and for those who look after their account;
    which file it was stands in ``details``. When staff did, it is about ``record``, whose file it is, and for
    staff alone.
    """
    if actor.contact:
        record_activity(actor=actor, verb=verb, record=actor.contact, **details)
    else:
        record_activity(actor=actor, verb=verb, record=record, label=label, is_internal=True, **details)


def record_load(*, actor: Actor, verb: str, record: models.Model, **details: Any) -> None:
    """The same for what a page loads by itself."""
    about, batch = actor.contact or record, _batch(actor, verb, record)
    record_once(
        batch=batch, actor=actor, verb=verb, record=about, is_internal=actor.contact is None, **details
    )


def _batch(actor: Actor, verb: str, record: models.Model) -> uuid.UUID:
    window = int(timezone.now().timestamp()) // BATCH_SECONDS
    keys = (
        actor.user and actor.user.pk,
        actor.contact and actor.contact.pk,
        actor.client_ip,
        record.pk,
        window,
    )
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{verb} {keys}")
