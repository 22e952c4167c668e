"""What portal user managers do: add, change, deactivate and invite colleagues (see colleagues.py for the
rules)."""

import uuid
from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.activity import record_activity
from accounts.actions.addresses import change_address
from accounts.actions.colleagues import KnownContactError, colleague_of, known_contact, lock_account
from accounts.actions.contacts import (
    change_contact,
    change_roles,
    deactivate_contact,
    reactivate_contact,
    role_names,
)
from accounts.actions.invitations import invite_contact, resend_invitation, revoke_invitation
from accounts.actors import Actor
from accounts.models import Contact, Invitation, WebRole
from lib.mail_addresses import mail_address
from lib.submissions import sent_before


@transaction.atomic
def create_colleague(
    *,
    actor: Actor,
    first_name: str,
    last_name: str,
    email: str,
    phone: str = "",
    job_title: str = "",
    roles: Collection[WebRole] = (),
    message: str = "",
    submission: uuid.UUID | None = None,
) -> Contact:
    """Add a contact to the manager's account and invite them. Somebody who is a contact elsewhere is simply
    invited to this account too, and nothing tells the manager. The same ``submission`` sent twice adds one
    contact and returns it both times. Raises KnownContactError."""
    manager, email = lock_account(actor=actor, privilege="create"), mail_address(email)
    if (before := _sent_before(manager, submission)) and before.contact:
        return before.contact
    if known := known_contact(manager.account_id, email):
        raise KnownContactError(known)
    _require_grantable(roles)
    contact = Contact(
        first_name=first_name, last_name=last_name, email=email, phone=phone, job_title=job_title
    )
    contact.account = manager.account
    _save_new(contact)
    contact.roles.set(roles)
    record_activity(actor=actor, verb="contact.created", record=contact, roles=role_names(roles))
    invite_contact(actor=actor, contact=contact, message=message, submission=submission)
    return contact


@transaction.atomic
def update_colleague(
    *,
    actor: Actor,
    contact: Contact,
    first_name: str,
    last_name: str,
    email: str,
    phone: str = "",
    job_title: str = "",
    roles: Collection[WebRole] = (),
) -> Contact:
    """Change a colleague's record and the roles that a manager may give; others that they hold stay.

    A new address may wait for the colleague's confirmation: see change_address. Raises KnownContactError.
    """
    manager = lock_account(actor=actor, privilege="write")
    contact = colleague_of(manager, contact)
    change_contact(
        actor=actor,
        contact=contact,
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        job_title=job_title,
    )
    _give_roles(actor, manager, contact, roles)
    change_address(actor=actor, manager=manager, contact=contact, email=email)
    return contact


@transaction.atomic
def deactivate_colleague(*, actor: Actor, contact: Contact) -> None:
    """End a colleague's access to the account with their next click, and void the invitations they have."""
    manager = lock_account(actor=actor, privilege="write")
    contact = colleague_of(manager, contact)
    if contact.pk == manager.pk:
        raise ValidationError(
            _("You cannot deactivate yourself. Ask another portal user manager or contact us.")
        )
    for invitation in Invitation.objects.open().filter(contact=contact):
        revoke_invitation(actor=actor, invitation=invitation)
    if contact.is_active:
        deactivate_contact(actor=actor, contact=contact)


@transaction.atomic
def reactivate_colleague(*, actor: Actor, contact: Contact) -> None:
    """Give the access back, with the roles of before; who never signed in is invited anew."""
    contact = colleague_of(lock_account(actor=actor, privilege="write"), contact)
    if contact.is_active:
        return
    reactivate_contact(actor=actor, contact=contact)
    if contact.user_id is None:
        invite_contact(actor=actor, contact=contact)


@transaction.atomic
def invite_again(*, actor: Actor, contact: Contact, submission: uuid.UUID | None = None) -> None:
    """Send a colleague who has not signed in yet a new link; the old one is void. The same ``submission``
    sends one link."""
    manager = lock_account(actor=actor, privilege="write")
    contact = colleague_of(manager, contact)
    if _sent_before(manager, submission):
        return
    if contact.user_id is not None or not contact.is_active:
        raise ValidationError(_("%(name)s does not need an invitation.") % {"name": contact.full_name})
    if invitation := Invitation.objects.open().filter(contact=contact).first():
        resend_invitation(actor=actor, invitation=invitation, submission=submission)
    else:
        invite_contact(actor=actor, contact=contact, submission=submission)


def _sent_before(manager: Contact, submission: uuid.UUID | None) -> Invitation | None:
    return sent_before(Invitation.objects.filter(account=manager.account_id), submission)


def _save_new(contact: Contact) -> None:
    """Who redeems a group invitation, or an administrator, may add the same address at this moment: they do
    not wait for the lock."""
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError:
        known = known_contact(contact.account_id, contact.email)
        if known is None:
            raise
        raise KnownContactError(known) from None


def take_roles(*, actor: Actor, manager: Contact, contact: Contact, roles: Collection[WebRole]) -> None:
    """Take roles from a colleague; the account is locked."""
    held = set(WebRole.objects.grantable().filter(contacts=contact))
    _give_roles(actor, manager, contact, held - set(roles))


def _give_roles(actor: Actor, manager: Contact, contact: Contact, roles: Collection[WebRole]) -> None:
    _require_grantable(roles)
    held = set(WebRole.objects.grantable().filter(contacts=contact))
    added, removed = set(roles) - held, held - set(roles)
    if contact.pk == manager.pk and (added or removed):
        raise ValidationError(_("You cannot change your own roles."))
    change_roles(actor=actor, contact=contact, added=added, removed=removed)


def _require_grantable(roles: Collection[WebRole]) -> None:
    wanted = {role.pk for role in roles}
    if WebRole.objects.grantable().filter(pk__in=wanted).count() != len(wanted):
        raise PermissionDenied("Only delegable roles can be given.")
