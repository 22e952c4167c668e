"""Who looked at the portal as which contact. Only staff are told: these lines are no part of the customers'
timeline."""

from django.db import transaction

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from accounts.models import Contact


@transaction.atomic
def record_preview(*, actor: Actor, contact: Contact) -> None:
    record_activity(actor=actor, verb="contact.previewed", record=contact, is_internal=True)


@transaction.atomic
def record_end_of_preview(*, actor: Actor, contact: Contact, reason: str, seconds: int) -> None:
    record_activity(
        actor=actor,
        verb="contact.preview_ended",
        record=contact,
        is_internal=True,
        reason=reason,
        seconds=seconds,
    )
