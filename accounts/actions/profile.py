from collections.abc import Mapping

from django.db import transaction

from accounts.actions.activity import record_activity
from accounts.actions.contacts import change_contact
from accounts.actors import Actor
from accounts.models import User
from lib.locks import locked

OF_CONTACT = ("first_name", "last_name", "phone", "job_title")
OF_USER = ("first_name", "last_name", "language", "time_zone")


@transaction.atomic
def change_profile(*, actor: Actor, user: User, changes: Mapping[str, str]) -> None:
    """What people write about themselves: on the contact they act as, and on their user, whose name mails
    greet.

    ``changes`` holds the changed fields alone, so that what a manager changes at the same moment stays.
    """
    if actor.contact:
        contact = locked(actor.contact)
        change_contact(actor=actor, contact=contact, **_only(OF_CONTACT, changes))
    _change_user(actor, locked(user), _only(OF_USER, changes))


def _change_user(actor: Actor, user: User, fields: dict[str, str]) -> None:
    changed = [name for name, value in fields.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, fields[name])
    if changed:
        user.save(update_fields=changed)
        record_activity(actor=actor, verb="user.updated", record=None, label=user.email, fields=changed)


def _only(names: tuple[str, ...], changes: Mapping[str, str]) -> dict[str, str]:
    return {name: changes[name] for name in names if name in changes}
