"""Who is asked for a second factor, with which methods, and what proves that a session has given it.

django-otp keeps the devices. A confirmed e-mail or app device is a person's own choice; an unconfirmed e-mail
device only carries the codes of people whom the sign-in policy obliges, and of those who confirm that it is
them.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_email.models import EmailDevice
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.acting import contacts_of
from accounts.http import PortalRequest
from accounts.models import Contact, SignInPolicy, TrustedBrowser, User
from accounts.models.invitation import hash_of
from lib import compiled

WRONG_CODES = 5
"""So many wrong codes end a sign-in."""

TRUST_SECONDS = 30 * 24 * 60 * 60
PROOF = "second_factor"
"""Session key: for which user, and how, the second factor was given."""


class Method(models.TextChoices):
    APP = "app", _("Authenticator app")
    EMAIL = "email", _("Code by email")
    RECOVERY = "recovery", _("Recovery code")


def chosen_methods(user: User) -> list[Method]:
    """What the user switched on, the strongest first. Every page of the administration asks."""
    if not user.pk:
        return []
    return [
        method
        for row in compiled.rows("chosen methods of a user", _with_methods, user=user.pk)
        for method, is_on in ((Method.APP, row.has_app), (Method.EMAIL, row.has_email))
        if is_on
    ]


def _with_methods(user: int) -> models.QuerySet[Any]:
    has_app, has_email = (
        Exists(devices.objects.filter(user=user, confirmed=True)) for devices in (TOTPDevice, EmailDevice)
    )
    return User.objects.filter(pk=user).only("pk").annotate(has_app=has_app, has_email=has_email)


def methods_of(user: User) -> list[Method]:
    """What the user may prove themselves with; whoever chose nothing gets codes by e-mail."""
    chosen = chosen_methods(user)
    return [*chosen, *([Method.RECOVERY] if recovery_codes_left(user) else [])] if chosen else [Method.EMAIL]


def recovery_codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def is_required(policy: SignInPolicy, user: User, contacts: Iterable[Contact]) -> bool:
    """Whether the sign-in policy obliges this person."""
    obliged = SignInPolicy.SecondFactor
    if policy.second_factor == obliged.MANAGERS:
        return user.is_staff or any(contact.manages("write") for contact in contacts)
    return policy.second_factor == obliged.EVERYONE or (
        policy.second_factor == obliged.STAFF and user.is_staff
    )


def is_asked(policy: SignInPolicy, user: User) -> bool:
    """Whether a sign-in of this user stops for a code: by the policy, or by their own choice."""
    needs_contacts = policy.second_factor == SignInPolicy.SecondFactor.MANAGERS
    return is_required(policy, user, contacts_of(user) if needs_contacts else []) or bool(
        chosen_methods(user)
    )


def prove(request: HttpRequest, user: User, method: str) -> None:
    request.session[PROOF] = {"user": user.pk, "method": method}


def is_proved(request: PortalRequest) -> bool:
    proof: dict[str, Any] = request.session.get(PROOF) or {}
    return bool(request.user.is_authenticated and proof.get("user") == request.user.pk)


def may_administer(request: PortalRequest) -> bool:
    """Whether the second factor, where one is due, was given: asked for each page of the administration."""
    return is_proved(request) or not (
        is_required(request.sign_in_policy, request.user, request.contacts) or chosen_methods(request.user)
    )


# Where the codes go


def code_address(user: User) -> str:
    """The confirmed address, the primary one first."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk").first()
    return confirmed.email if confirmed else user.email


def has_confirmed_address(user: User) -> bool:
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())


def masked(address: str) -> str:
    """Enough to recognise one's own address, too little to learn somebody else's."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


# Browsers that need no code for a while


def trust_cookie_name() -> str:
    return f"{'__Host-' if settings.IS_HTTPS else ''}trusted_browser"


def trust_hash(user: User, token: str) -> str:
    """A new password ends the trust: the hash holds for the password of the time."""
    return hash_of(f"{token}:{user.get_session_auth_hash()}")


def new_trust_token() -> str:
    return secrets.token_urlsafe(32)


def set_trust_cookie(response: HttpResponse, token: str) -> None:
    response.set_signed_cookie(
        trust_cookie_name(),
        token,
        salt=PROOF,
        max_age=TRUST_SECONDS,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def trusted_browser(request: HttpRequest, user: User) -> TrustedBrowser | None:
    """The row of the browser behind this request, as long as it is trusted for this user."""
    token = request.get_signed_cookie(trust_cookie_name(), default="", salt=PROOF, max_age=TRUST_SECONDS)
    if not token:
        return None
    return TrustedBrowser.objects.valid().filter(user=user, token_hash=trust_hash(user, token)).first()
