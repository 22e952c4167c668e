from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from accounts.models import Contact, WebRole


@transaction.atomic
def change_contact(*, actor: Actor, contact: Contact, **fields: str) -> None:
    """Write the fields that differ, and no others: somebody else may be changing those."""
    changed = [name for name, value in fields.items() if getattr(contact, name) != value]
    for name in changed:
        setattr(contact, name, fields[name])
    if changed:
        contact.save(update_fields=changed)
        record_activity(actor=actor, verb="contact.updated", record=contact, fields=changed)


@transaction.atomic
def change_roles(
    *, actor: Actor, contact: Contact, added: Collection[WebRole] = (), removed: Collection[WebRole] = ()
) -> None:
    """Give roles and take others; whoever calls has found out which of them are news."""
    if not added and not removed:
        return
    contact.roles.add(*added)
    contact.roles.remove(*removed)
    record_activity(
        actor=actor,
        verb="contact.roles_changed",
        record=contact,
        added=role_names(added),
        removed=role_names(removed),
    )


def role_names(roles: Collection[WebRole]) -> list[str]:
    return sorted(role.name for role in roles)


@transaction.atomic
def deactivate_contact(*, actor: Actor, contact: Contact) -> None:
    """End the contact's access with the next request. The user stays: they may be a contact of other
    accounts."""
    contact.deactivate()
    record_activity(actor=actor, verb="contact.deactivated", record=contact)


@transaction.atomic
def reactivate_contact(*, actor: Actor, contact: Contact) -> None:
    """Raises ValidationError for a contact that was merged: the other one has its records."""
    if contact.merged_into:
        raise ValidationError(
            _("This contact was merged into %(name)s, who now has its records.")
            % {"name": contact.merged_into}
        )
    contact.reactivate()
    record_activity(actor=actor, verb="contact.reactivated", record=contact)
