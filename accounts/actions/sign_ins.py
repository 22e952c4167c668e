"""What happens around signing in, as the log tells it: to each account in which the person is a contact, and
to staff."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts import lockout
from accounts.actions.activity import record_activity, record_for_user
from accounts.actors import Actor
from accounts.models import Contact, SignInPolicy, User
from lib.locks import locked


@transaction.atomic
def record_sign_in(*, actor: Actor, user: User) -> None:
    _record(actor, "contact.signed_in", user)


@transaction.atomic
def record_sign_out(*, actor: Actor, user: User) -> None:
    _record(actor, "contact.signed_out", user)


@transaction.atomic
def record_failed_sign_in(*, actor: Actor, email: str, locked_until: datetime | None) -> None:
    """A wrong password for an address that may be nobody's; ``locked_until`` if it was the last one before
    the lock."""
    user = user_of(email)
    _record(actor, "contact.sign_in_failed", user, email)
    if locked_until:
        _record(actor, "contact.locked", user, email, until=locked_until.isoformat())


@transaction.atomic
def change_password(*, actor: Actor, user: User, password: str) -> None:
    """Whoever may choose a new password has proved to be the user, so wrong tries of before are forgotten.

    A remembered browser is remembered for the old password (accounts.second_factor.rules.trust_hash).
    """
    user.set_password(password)
    user.save()
    lockout.forgive(addresses_of(user))
    user.trusted_browsers.all().delete()
    _record(actor, "contact.password_changed", user)


@transaction.atomic
def unlock_user(*, actor: Actor, user: User) -> None:
    if lockout.forgive(addresses_of(user)):
        _record(actor, "contact.unlocked", user)


@transaction.atomic
def record_identity_change(*, actor: Actor, user: User, provider: str, is_connected: bool) -> None:
    verb = "contact.identity_connected" if is_connected else "contact.identity_disconnected"
    _record(actor, verb, user, provider=provider)


@transaction.atomic
def accept_terms(*, actor: Actor, user: User) -> None:
    user.terms_accepted_at = timezone.now()
    user.save(update_fields=["terms_accepted_at"])
    _record(actor, "contact.terms_accepted", user)


@transaction.atomic
def welcome_registrant(*, actor: Actor, user: User, policy: SignInPolicy) -> Contact | None:
    """Make a user of the open registration, whose address is proved, an individual customer.

    An account's contact, and one of this address that waits for somebody, is bound by an invitation or a join
    request alone. So nothing is done where the address is taken, and for users who are a contact already.
    """
    locked(user)
    is_proved = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
    is_known = (
        Contact.objects.filter(user=user).exists()
        or Contact.objects.filter(account=None, email__iexact=user.email).exists()
    )
    if user.is_staff or is_known or not (is_proved and policy.is_open and policy.accepts_address(user.email)):
        return None
    name = user.first_name or user.email.partition("@")[0]
    contact = Contact.objects.create(
        user=user, first_name=name[:100], last_name=user.last_name, email=user.email
    )
    record_activity(actor=actor, verb="contact.registered", record=contact)
    return contact


@transaction.atomic
def change_sign_in_policy(*, actor: Actor, policy: SignInPolicy, changed: list[str]) -> None:
    """Save the policy. Who accepted earlier on the day of the terms' change accepted the old ones, and is
    asked again."""
    policy.save()
    if "terms_changed_on" in changed and policy.terms_changed_on:
        User.objects.filter(terms_accepted_at__date__gte=policy.terms_changed_on).update(
            terms_accepted_at=None
        )
    record_activity(actor=actor, verb="policy.changed", record=None, label=str(policy), changed=changed)


def user_of(email: str) -> User | None:
    """Who signs in with the address."""
    address = (
        EmailAddress.objects.filter(email__iexact=email.strip(), verified=True).select_related("user").first()
    )
    return address.user if address else User.objects.filter(email=email.strip().lower()).first()


def is_shut_out(user: User | None) -> bool:
    """Whether nothing is left for the person to sign in to: each of their contacts, or its account, is
    switched off. Staff work in the administration, and who never was a contact may ask to become one.

    One query for everybody, known or not, so that a page that asks takes the same time.
    """
    pk = user.pk if user and not user.is_staff else 0
    contacts = Contact.objects.filter(user=pk).select_related("account")
    states = [contact.is_usable for contact in contacts]
    return bool(states) and not any(states)


def addresses_of(user: User) -> set[str]:
    """What the user signs in with. An address that waits for its confirmation may be somebody else's."""
    return {
        user.email,
        *EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True),
    }


def _record(actor: Actor, verb: str, user: User | None, email: str = "", **details: Any) -> None:
    if user:
        record_for_user(actor=actor, verb=verb, user=user, **details)
    else:
        record_activity(actor=actor, verb=verb, record=None, label=email, **details)
