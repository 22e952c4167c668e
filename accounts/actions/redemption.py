"""How an invitation becomes access. Everything of one redemption happens in one transaction, or nothing
does."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.activity import record_activity
from accounts.actions.mail import queue_mail
from accounts.actions.ownership import claim_user
from accounts.actions.sign_ins import addresses_of
from accounts.actors import Actor
from accounts.models import Contact, Invitation, InvitationRedemption, User
from lib.locks import locked


class RedemptionRefused(Exception):  # noqa: N818 -- a decision, not an error
    """Nothing was created and nothing consumed."""


class InvitationIsDead(RedemptionRefused):
    """Used up, expired, revoked, sent again with another code, or its contact or account is gone."""


class NotTheInvitee(RedemptionRefused):
    """The invitation is for the owner of another address."""


class AlreadyAContact(RedemptionRefused):
    """The user is a contact of the account already, as somebody else."""


class AddressIsTaken(RedemptionRefused):
    """Somebody signs in with the address: they must sign in first."""


@transaction.atomic
def redeem_as_user(*, actor: Actor, invitation: Invitation, user: User, address: str) -> InvitationRedemption:
    """Bind the invited contact to a user who exists. Doing it again changes nothing.

    ``address`` must have been proved to belong to the user: confirmed, or by a code mailed there.
    """
    held = locked(invitation)
    if before := held.redemptions.filter(user=user).first():
        return before
    _check(held, invitation, address)
    return _redeem(actor, held, address, lambda: _active(user))


@transaction.atomic
def redeem_as_new_user(
    *, actor: Actor, invitation: Invitation, address: str, create_user: Callable[[], User]
) -> InvitationRedemption:
    """The same for a person without a sign-in. ``create_user`` runs once it is sure that the invitation can
    be redeemed; the caller has proved that the new user owns ``address``."""
    held = locked(invitation)
    _check(held, invitation, address)
    return _redeem(actor, held, address, lambda: _created(create_user))


def may_redeem(*, user: User, invitation: Invitation | None, proved: str = "") -> bool:
    """Whether the invitation is good, for an address of theirs (or one proved otherwise), and leads to an
    account where they are no contact yet."""
    if invitation is None or not invitation.is_redeemable:
        return False
    is_theirs = any(invitation.admits(address) for address in [*addresses_of(user), proved] if address)
    return is_theirs and not Contact.objects.filter(account=invitation.account_id, user=user).exists()


def local_user_for(*, actor: Actor, address: str, password: str, first_name: str, last_name: str) -> User:
    """A user who signs in with a password: the one whom the owner of the address may claim, or else a new
    one. The address must have been proved."""
    user = claim_user(actor=actor, address=address)
    if user is None:
        return create_local_user(
            address=address, password=password, first_name=first_name, last_name=last_name
        )
    user.first_name, user.last_name = first_name, last_name
    user.set_password(password)
    user.save(update_fields=["first_name", "last_name", "password"])
    return user


def create_local_user(*, address: str, password: str, first_name: str, last_name: str) -> User:
    """A user who signs in with a password. The address must have been proved."""
    user = User.objects.create_user(address, password, first_name=first_name, last_name=last_name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _check(held: Invitation, seen: Invitation, address: str) -> None:
    if held.code_hash != seen.code_hash or not held.is_open:
        raise InvitationIsDead
    if not held.admits(address):
        raise NotTheInvitee


def _redeem(
    actor: Actor, held: Invitation, address: str, obtain_user: Callable[[], User]
) -> InvitationRedemption:
    """Invitation, contact, user: everybody locks in this order."""
    contact = _invited(held) if held.contact else None
    user = obtain_user()
    if Contact.objects.filter(account=(contact or held).account_id, user=user).exists():
        raise AlreadyAContact
    contact = contact or _free(_member(held, address, user))
    contact.user = user
    contact.save(update_fields=["user"])
    contact.roles.add(*held.roles.all())
    redemption = InvitationRedemption.objects.create(
        invitation=held, contact=contact, user=user, client_ip=actor.client_ip
    )
    if held.redemptions.count() >= held.max_redemptions:
        held.redeemed_at = timezone.now()
        held.save(update_fields=["redeemed_at"])
    _tell(replace(actor, user=user, contact=contact), held, contact)
    return redemption


def _invited(invitation: Invitation) -> Contact:
    """The contact of a single invitation; if its address was corrected since, the mail went to somebody
    else."""
    contact = _free(cast("Contact", invitation.contact))
    if not invitation.admits(contact.email):
        raise InvitationIsDead
    return contact


def _free(contact: Contact) -> Contact:
    contact = locked(contact, "account")
    if contact.user_id or not contact.is_usable:
        raise InvitationIsDead
    return contact


def _active(user: User) -> User:
    held = locked(user)
    if not held.is_active:
        raise NotTheInvitee
    return held


def _created(create_user: Callable[[], User]) -> User:
    try:
        with transaction.atomic():
            return create_user()
    except IntegrityError as error:
        raise AddressIsTaken from error


def _member(invitation: Invitation, address: str, user: User) -> Contact:
    """Who comes in through a group's link is made a contact, unless the account has one with this address
    already."""
    names = {"first_name": user.first_name or address.partition("@")[0], "last_name": user.last_name}
    return Contact.objects.get_or_create(account=invitation.account, email=address.lower(), defaults=names)[
        0
    ].survivor


def _tell(actor: Actor, invitation: Invitation, contact: Contact) -> None:
    roles = [role.name for role in invitation.roles.all()]
    record_activity(
        actor=actor,
        verb="contact.invitation_redeemed",
        record=contact,
        invitation=invitation.pk,
        email=contact.email,
        roles=roles,
    )
    context = {"contact": contact, "account": contact.account, "url": settings.BASE_URL}
    queue_mail(event="accounts/invitation_accepted", to=contact.email, context=context)
    if invitation.created_by and invitation.created_by.is_active:
        queue_mail(event="accounts/invitation_redeemed", to=invitation.created_by.email, context=context)
