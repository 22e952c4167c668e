"""Whose is a user? Theirs who first proved the address: until then, anybody may have registered with it.

A stranger can register with Dora's address, with a password or an identity of his own. Nobody signs in as
that user before the address is proved. As soon as Dora proves it, by a link or code that was mailed to her,
the user is hers, and what the stranger had set up opens it no more.
"""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts import lockout
from accounts.actions.activity import record_for_user
from accounts.actions.mail import queue_mail
from accounts.actions.second_factor import remove_second_factors
from accounts.actions.sessions import end_sessions
from accounts.actions.sign_ins import user_of
from accounts.actors import Actor
from accounts.models import User
from accounts.second_factor.rules import chosen_methods
from lib.locks import locked


def is_unclaimed(user: User) -> bool:
    """Nobody has proved an address of this user, and so nobody has ever signed in.

    A user whose address an administrator has replaced is somebody's: their second factor must not go with a
    mail.
    """
    return user.last_login is None and not EmailAddress.objects.filter(user=user, verified=True).exists()


@transaction.atomic
def take_over(*, actor: Actor, user: User) -> bool:
    """Void what was set up for a user whom nobody has claimed. The caller has proved the address, and gives a
    new way in.

    False, and nothing is done, if the user is somebody's.
    """
    user = locked(user)
    if not is_unclaimed(user):
        return False
    providers = sorted(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))
    had_password = user.has_usable_password()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    SocialAccount.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    if chosen_methods(user):
        remove_second_factors(actor=actor, user=user)
    user.trusted_browsers.all().delete()
    end_sessions(actor=actor, user=user)
    lockout.forgive([user.email])
    if providers or had_password:
        record_for_user(
            actor=actor, verb="contact.claimed", user=user, identities=providers, password=had_password
        )
        queue_mail(event="accounts/claimed", to=user.email, context={})
    return True


def claimable_user(address: str, *, is_locked: bool = False) -> User | None:
    """Who signs in with the address, if the person who proves it may give them a new way in: nobody has
    claimed the user yet, or the access was reset, so that neither password nor identity is left. Staff use
    *Forgot your password?*."""
    user = user_of(address)
    if user and is_locked:
        user = locked(user)
    if user is None or not user.is_active or user.is_staff:
        return None
    has_way_in = user.has_usable_password() or SocialAccount.objects.filter(user=user).exists()
    return None if has_way_in and not is_unclaimed(user) else user


@transaction.atomic
def claim_user(*, actor: Actor, address: str) -> User | None:
    """The claimable user of an address that was just proved, without any way in yet. None: there is none to
    be claimed."""
    user = claimable_user(address, is_locked=True)
    if user is None:
        return None
    take_over(actor=actor, user=user)
    EmailAddress.objects.update_or_create(
        user=user,
        email=address.lower(),
        defaults={"verified": True},
        create_defaults={"verified": True, "primary": True},
    )
    return User.objects.get(pk=user.pk)
