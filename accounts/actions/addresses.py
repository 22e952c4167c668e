"""A contact's e-mail address that a manager wants changed: it counts once the contact has confirmed it."""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.activity import record_activity
from accounts.actions.colleagues import KnownContactError, known_contact
from accounts.actions.invitations import invite_contact, revoke_invitation
from accounts.actions.mail import queue_mail
from accounts.actors import Actor
from accounts.models import Activity, Contact, Invitation, User
from lib.locks import locked_rows
from lib.mail_addresses import mail_address

VALID_FOR = timedelta(days=3)
SALT = "accounts.contact-address"


@dataclass(frozen=True)
class AddressChange:
    """What a link in a mail to the new address says. It is signed; it is void once the contact has another
    address."""

    contact_id: int
    old: str
    new: str

    @property
    def token(self) -> str:
        return signing.dumps([self.contact_id, self.old, self.new], salt=SALT)

    @classmethod
    def of(cls, token: str) -> "AddressChange | None":
        try:
            return cls(*signing.loads(token, salt=SALT, max_age=VALID_FOR))
        except (signing.BadSignature, TypeError, ValueError):
            return None


@transaction.atomic
def change_address(*, actor: Actor, manager: Contact, contact: Contact, email: str) -> None:
    """Take a colleague's new address; the account is locked.

    Who has not signed in yet has nothing to lose: the address is replaced and invited. Anybody else gets a
    link at the new address, and the old one is told; the link works for the contact alone, signed in. Raises
    KnownContactError, and ValidationError for what is no plain address.
    """
    new = mail_address(email)
    if new == contact.email:
        return
    if known := known_contact(contact.account_id, new, other_than=contact):
        raise KnownContactError(known)
    if contact.user_id is None:
        _invite_at(actor, contact, new)
        return
    record_activity(actor=actor, verb="contact.address_asked", record=contact, new=new)
    change = AddressChange(contact.pk, contact.email, new)
    context = {"contact": contact, "new": new, "manager": manager, "token": change.token}
    queue_mail(event="accounts/address_change", to=new, context=context)
    queue_mail(event="accounts/address_change_notice", to=contact.email, context=context)


@transaction.atomic
def confirm_address(*, actor: Actor, change: AddressChange) -> Contact:
    """The contact says that the new address is theirs. Raises ValidationError when the link is void."""
    own = Contact.objects.filter(pk=change.contact_id, user=actor.user)
    contact = next(iter(locked_rows(own)), None)
    if contact is None or contact.email != change.old:
        raise ValidationError(_("This link is no longer valid."))
    if known_contact(contact.account_id, change.new, other_than=contact):
        raise ValidationError(_("This address now belongs to a colleague."))
    contact.email = mail_address(change.new)  # a link may be older than the rule
    contact.save(update_fields=["email"])
    record_activity(
        actor=actor, verb="contact.address_changed", record=contact, old=change.old, new=change.new
    )
    return contact


def waiting_address(reader: Contact, contact: Contact) -> Activity | None:
    """The request for a new address that the contact has not answered yet."""
    asked = Activity.objects.visible_to(reader).filter(record_type="contact", record_id=str(contact.pk))
    latest = asked.filter(
        verb__in=("contact.address_asked", "contact.address_changed"), at__gt=timezone.now() - VALID_FOR
    ).first()
    return latest if latest and latest.verb == "contact.address_asked" else None


def owner_of(change: AddressChange, user: User) -> Contact | None:
    """The user's own contact that the change is about, while it can still be made."""
    return (
        Contact.objects.filter(pk=change.contact_id, user=user, email=change.old)
        .select_related("account")
        .first()
    )


def _invite_at(actor: Actor, contact: Contact, email: str) -> None:
    for invitation in Invitation.objects.open().filter(contact=contact):
        revoke_invitation(actor=actor, invitation=invitation)
    old, contact.email = contact.email, email
    contact.save(update_fields=["email"])
    record_activity(actor=actor, verb="contact.address_changed", record=contact, old=old, new=email)
    if contact.is_active:
        invite_contact(actor=actor, contact=contact)
