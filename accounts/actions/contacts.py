from django.db import transaction

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from accounts.models import Contact


@transaction.atomic
def deactivate_contact(*, actor: Actor, contact: Contact) -> None:
    """End the contact's access with the next request. The user stays: they may be a contact of other accounts."""
    contact.deactivate()
    record_activity(actor=actor, verb="contact.deactivated", record=contact)


@transaction.atomic
def reactivate_contact(*, actor: Actor, contact: Contact) -> None:
    contact.reactivate()
    record_activity(actor=actor, verb="contact.reactivated", record=contact)
