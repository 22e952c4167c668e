import secrets
from base64 import b32encode
from datetime import timedelta
from enum import Enum, auto
from hashlib import sha256
from math import ceil
from typing import Any

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.utils import timezone
from django_otp import devices_for_user, verify_token
from django_otp.oath import TOTP
from django_otp.plugins.otp_email.models import EmailDevice
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.actions.activity import record_for_user
from accounts.actions.mail import queue_mail
from accounts.actors import Actor
from accounts.models import Activity, TrustedBrowser, User
from accounts.second_factor.rules import (
    TRUST_SECONDS,
    WRONG_CODES,
    Method,
    chosen_methods,
    code_address,
    new_trust_token,
    trust_hash,
)
from lib.locks import locked, locked_rows

RECOVERY_CODES = 10
CODE_SECONDS = 300
STOPPED = "second_factor.refused"
STOPPED_ONCE_IN = timedelta(minutes=1)
KINDS = {Method.APP: TOTPDevice, Method.EMAIL: EmailDevice, Method.RECOVERY: StaticDevice}


class Answer(Enum):
    RIGHT = auto()
    WRONG = auto()
    USED = auto()
    EXPIRED = auto()
    TOO_SOON = auto()
    ENOUGH = auto()
    """Too many wrong ones: nothing was compared."""


# Codes by e-mail


@transaction.atomic
def send_code(*, user: User) -> int:
    """Mail a new code, at most one a minute. Returns 0, or the seconds to wait; the last code holds
    meanwhile."""
    device = email_device(user)
    is_allowed, refusal = device.generate_is_allowed()
    if not is_allowed:
        wait: float = (refusal["next_generation_at"] - timezone.now()).total_seconds()
        return max(1, ceil(wait))
    device.cooldown_set(commit=False)
    device.generate_token(valid_secs=CODE_SECONDS)
    queue_mail(
        event="accounts/code",
        to=code_address(user),
        context={"name": user.get_short_name(), "code": device.token, "minutes": CODE_SECONDS // 60},
    )
    return 0


def email_device(user: User) -> EmailDevice:
    """The user's one e-mail device, locked. The user's row is locked first, so that two requests make one
    device."""
    locked(user)
    devices = locked_rows(EmailDevice.objects.filter(user=user).order_by("-confirmed", "pk"))
    return next(iter(devices), None) or EmailDevice.objects.create(user=user, name="E-mail", confirmed=False)


# Is a code right?


def failures_of(user: User) -> int:
    """Wrong codes since the last right one, over all devices."""
    return sum(_failures(kind.objects.filter(user=user)) for kind in KINDS.values())


def _failures(devices: models.QuerySet[Any]) -> int:
    return int(devices.aggregate(total=models.Sum("throttling_failure_count"))["total"] or 0)


@transaction.atomic
def check_code(*, user: User, method: str, code: str, failures_before: int) -> Answer:
    """Compare one code, with the user's devices locked: however many guesses come at once, five are compared.

    ``failures_before`` is failures_of(user) at the beginning of this sign-in.
    """
    devices: list[Any] = list(devices_for_user(user, confirmed=None, for_verify=True))
    if sum(device.throttling_failure_count for device in devices) - failures_before >= WRONG_CODES:
        return Answer.ENOUGH
    device = next(
        (device for device in devices if isinstance(device, KINDS[Method(method)]) and _may_be_used(device)),
        None,
    )
    if device is None:
        return Answer.WRONG
    if not device.verify_is_allowed()[0]:
        return Answer.TOO_SOON
    typed = recovery_hash(user, code) if method == Method.RECOVERY else code
    return Answer.RIGHT if verify_token(user, device.persistent_id, typed) else _why_not(device, code)


def _may_be_used(device: Any) -> bool:
    """An unconfirmed e-mail device carries codes for people who are obliged; methods_of() decides who may use
    it."""
    return bool(device.confirmed or isinstance(device, EmailDevice))


def _why_not(device: Any, code: str) -> Answer:
    if isinstance(device, EmailDevice):
        return (
            Answer.EXPIRED if device.token == code and device.valid_until <= timezone.now() else Answer.WRONG
        )
    if isinstance(device, TOTPDevice):
        return Answer.USED if _was_right_once(device, code) else Answer.WRONG
    return Answer.WRONG


def _was_right_once(device: TOTPDevice, code: str) -> bool:
    """An app's code counts once, though the app shows it for half a minute."""
    if not code.isdecimal():
        return False
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return bool(totp.verify(int(code), device.tolerance)) and totp.t() <= device.last_t


# On and off


@transaction.atomic
def switch_on_email(*, actor: Actor, user: User) -> list[str]:
    """Returns recovery codes if these are the first."""
    device = email_device(user)
    if device.confirmed:
        return []
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return _switched_on(actor, user, Method.EMAIL)


@transaction.atomic
def switch_on_app(*, actor: Actor, user: User, key: str, code: str) -> list[str] | None:
    """Connect an authenticator app that shows the right code. Returns recovery codes if these are the first;
    None: wrong."""
    locked(user)
    totp = TOTP(bytes.fromhex(key))
    if not code.isdecimal() or not totp.verify(int(code), tolerance=1):
        return None
    TOTPDevice.objects.filter(user=user).delete()
    TOTPDevice.objects.create(user=user, name="App", key=key, confirmed=True, last_t=totp.t())
    return _switched_on(actor, user, Method.APP)


def _switched_on(actor: Actor, user: User, method: Method) -> list[str]:
    record_for_user(actor=actor, verb="second_factor.switched_on", user=user, method=method.value)
    _tell(user, f"{method.value}_on")
    return [] if StaticToken.objects.filter(device__user=user).exists() else _make_recovery_codes(user)


@transaction.atomic
def switch_off(*, actor: Actor, user: User, method: Method) -> None:
    """The last one takes the recovery codes and the remembered browsers with it."""
    locked(user)
    if not KINDS[method].objects.filter(user=user, confirmed=True).delete()[0]:
        return
    if not chosen_methods(user):
        StaticDevice.objects.filter(user=user).delete()
        TrustedBrowser.objects.filter(user=user).delete()
    record_for_user(actor=actor, verb="second_factor.switched_off", user=user, method=method.value)
    _tell(user, f"{method.value}_off")


@transaction.atomic
def remove_second_factors(*, actor: Actor, user: User) -> None:
    """For whoever lost phone and recovery codes: nothing is left that the next sign-in could ask for."""
    for kind in KINDS.values():
        kind.objects.filter(user=user).delete()
    TrustedBrowser.objects.filter(user=user).delete()
    record_for_user(actor=actor, verb="second_factor.removed", user=user)
    _tell(user, "removed")


# Recovery codes


@transaction.atomic
def renew_recovery_codes(*, actor: Actor, user: User) -> list[str]:
    """The old ones are void."""
    locked(user)
    codes = _make_recovery_codes(user)
    record_for_user(actor=actor, verb="second_factor.recovery_codes_made", user=user)
    _tell(user, "recovery_codes")
    return codes


def _make_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="Recovery codes")
    codes = [b32encode(secrets.token_bytes(8)).decode().lower()[:12] for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=recovery_hash(user, code)) for code in codes
    )
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def recovery_hash(user: User, code: str) -> str:
    """What is kept of a recovery code (60 random bits); django-otp's column takes 16 characters."""
    return sha256(f"{user.pk}:{code.lower()}".encode()).hexdigest()[:16]


# Remembered browsers


@transaction.atomic
def trust_browser(*, actor: Actor, user: User, user_agent: str) -> str:
    """Returns the token for the browser's cookie; only its hash is kept."""
    token = new_trust_token()
    expires_at = timezone.now() + timedelta(seconds=TRUST_SECONDS)
    TrustedBrowser.objects.filter(user=user, expires_at__lte=timezone.now()).delete()
    TrustedBrowser.objects.create(
        user=user,
        token_hash=trust_hash(user, token),
        user_agent=user_agent.replace("\0", "")[:200],
        expires_at=expires_at,
    )
    record_for_user(actor=actor, verb="browser.remembered", user=user)
    return token


@transaction.atomic
def forget_browsers(*, actor: Actor, user: User, pk: int | None = None) -> None:
    """One remembered browser of the user, or all."""
    browsers = TrustedBrowser.objects.filter(user=user)
    if (browsers if pk is None else browsers.filter(pk=pk)).delete()[0]:
        record_for_user(actor=actor, verb="browser.forgotten", user=user)


# What is told, and to whom


@transaction.atomic
def note_wrong_codes(*, actor: Actor, user: User) -> None:
    """Somebody knew the password and not the code: the owner should know. Once, however many codes came at
    the same moment."""
    locked(user)
    if Activity.objects.filter(actor=user, verb=STOPPED, at__gt=timezone.now() - STOPPED_ONCE_IN).exists():
        return
    record_for_user(actor=actor, verb=STOPPED, user=user)
    queue_mail(
        event="accounts/wrong_codes",
        to=code_address(user),
        context={"name": user.get_short_name(), "client_ip": actor.client_ip},
    )


def _tell(user: User, change: str) -> None:
    """Each confirmed address is told, so that a thief of one cannot hide."""
    for address in EmailAddress.objects.filter(user=user, verified=True):
        queue_mail(
            event="accounts/second_factor_changed",
            to=address.email,
            context={"name": user.get_short_name(), "change": change},
        )
