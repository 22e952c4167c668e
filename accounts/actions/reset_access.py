"""The one-click repair: somebody who has lost every way in, or whose sign-in another may be using, starts
again."""

from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import lockout
from accounts.actions.activity import record_activity
from accounts.actions.invitations import invite_contact, revoke_invitation
from accounts.actions.second_factor import remove_second_factors
from accounts.actions.sessions import end_sessions
from accounts.actions.sign_ins import addresses_of, unlock_user
from accounts.actors import Actor
from accounts.models import Contact, Invitation, TrustedBrowser, User
from accounts.second_factor.rules import Method, chosen_methods
from lib.locks import locked, locked_by_key, locked_rows


@dataclass(frozen=True)
class AccessToReset:
    """What a reset would take from the person, for whoever decides on it."""

    user: User | None = None
    sessions: int = 0
    identities: list[str] = field(default_factory=list)
    second_factors: list[Method] = field(default_factory=list)
    browsers: int = 0
    invitations: int = 0
    is_locked: bool = False
    other_contacts: list[Contact] = field(default_factory=list)
    """They stay the user's: the person comes back to them with the new sign-in."""

    @classmethod
    def of(cls, contact: Contact) -> "AccessToReset":
        invitations = Invitation.objects.open().filter(contact=contact).count()
        user = contact.user
        if user is None:
            return cls(invitations=invitations, is_locked=lockout.is_locked(contact.email))
        return cls(
            user=user,
            sessions=UserSession.objects.filter(user=user).count(),
            identities=list(SocialAccount.objects.filter(user=user).values_list("provider", flat=True)),
            second_factors=chosen_methods(user),
            browsers=TrustedBrowser.objects.valid().filter(user=user).count(),
            invitations=invitations,
            is_locked=any(lockout.is_locked(address) for address in {contact.email, *addresses_of(user)}),
            other_contacts=list(
                Contact.objects.filter(user=user)
                .exclude(pk=contact.pk)
                .select_related("account")
                .order_by("pk")
            ),
        )


@transaction.atomic
def reset_access(*, actor: Actor, contact: Contact) -> Invitation:
    """Close every way in that the contact's user has, part the two, and invite the contact anew. All of it or
    nothing.

    The user stays with their other contacts, if any. Once the invited person has proved the address they give
    the user who owns it a new password or identity (redemption.local_user_for), and so come back to those
    contacts, too. Who redeems meanwhile is waited for, and then reset; who comes later finds the old
    invitation revoked.
    """
    invitations = locked_rows(Invitation.objects.open().filter(contact=contact))
    contact = locked(contact, "account")
    if not contact.is_usable:
        raise ValidationError(
            _("%(name)s is deactivated. Reactivate the contact first.") % {"name": contact.full_name}
        )
    taken = _close_ways_in(actor, contact.user_id) if contact.user_id else {}
    lockout.forgive([contact.email])
    record_activity(actor=actor, verb="contact.access_reset", record=contact, **taken)
    contact.user = None
    contact.save(update_fields=["user"])
    for invitation in invitations:
        revoke_invitation(actor=actor, invitation=invitation)
    return invite_contact(actor=actor, contact=contact)


def _close_ways_in(actor: Actor, user_id: int) -> dict[str, Any]:
    """Returns what was taken, for the log."""
    user = locked_by_key(User, user_id)
    if not user.is_active:
        raise ValidationError(
            _("The user %(email)s is inactive. Activate the user first.") % {"email": user.email}
        )
    user.set_unusable_password()
    user.save(update_fields=["password"])
    providers = sorted(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))
    SocialAccount.objects.filter(user=user).delete()
    methods = [method.value for method in chosen_methods(user)]
    if methods:
        remove_second_factors(actor=actor, user=user)
    TrustedBrowser.objects.filter(user=user).delete()
    EmailAddress.objects.filter(
        user=user, verified=False, primary=False
    ).delete()  # an address that a thief has yet to confirm
    unlock_user(actor=actor, user=user)
    return {
        "sessions": end_sessions(actor=actor, user=user),
        "identities": providers,
        "second_factors": methods,
    }
