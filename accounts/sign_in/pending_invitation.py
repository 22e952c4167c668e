"""The invitation that a browser has opened, kept in its session, and the address that was proved there.

Opening a link consumes nothing and proves nothing: links are forwarded, and scanners open them. Who redeems
owns the invited address: by a confirmed address of the signed-in user, by one that an identity provider has
verified, or by a code that was mailed to it (``mail_code``, ``confirm``).
"""

import time
from collections.abc import Callable
from typing import Any, cast

from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string

from accounts.actions.mail import queue_mail
from accounts.actions.redemption import may_redeem, redeem_as_new_user
from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.lockout import count_guess
from accounts.models import Invitation, User
from accounts.models.invitation import hash_of

KEY = "invitation"
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
CODE_LENGTH = 8
CODE_SECONDS = 15 * 60
PROOF_SECONDS = 30 * 60
MAX_WRONG_CODES = 5


class PendingInvitation:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def _kept(self) -> dict[str, Any]:
        kept: dict[str, Any] = self.request.session.get(KEY, {})
        return kept

    def _keep(self, **values: Any) -> None:
        self.request.session[KEY] = {**self._kept, **values}

    def remember(self, invitation: Invitation) -> None:
        self.request.session[KEY] = {"id": invitation.pk, "code_hash": invitation.code_hash}

    def forget(self) -> None:
        self.request.session.pop(KEY, None)

    def carried_over(self) -> dict[str, Any]:
        """What survives a sign-out."""
        return {name: self._kept[name] for name in ("id", "code_hash") if name in self._kept}

    @property
    def exists(self) -> bool:
        return bool(self._kept)

    def invitation(self) -> Invitation | None:
        """None once its code was replaced. Whether it can be redeemed, it says itself."""
        invitations = Invitation.objects.select_related("contact__account", "account", "created_by")
        return invitations.filter(
            pk=self._kept.get("id", 0), code_hash=self._kept.get("code_hash", "")
        ).first()

    def mail_code(self, address: str) -> None:
        """Prove that the visitor reads the mail of this address. A code sent before is void."""
        code = get_random_string(CODE_LENGTH, LETTERS)
        self._keep(
            asked=address.lower(), code=hash_of(code), code_until=time.time() + CODE_SECONDS, proved=""
        )
        queue_mail(
            event="accounts/invitation_code",
            to=address,
            context={"code": f"{code[:4]}-{code[4:]}", "minutes": CODE_SECONDS // 60},
        )

    @property
    def asked_address(self) -> str:
        """Where the last code was mailed to, if it is still awaited."""
        return str(self._kept.get("asked", "")) if self._kept.get("code") else ""

    def confirm(self, typed: str) -> bool:
        """Whether this is the code that was mailed. After some wrong ones it is void, however many come at
        once."""
        code = self._kept.get("code")
        if not code or time.time() > self._kept["code_until"]:
            self._keep(code="")
            return False
        attempt = count_guess(code, attempts=MAX_WRONG_CODES, minutes=CODE_SECONDS // 60)
        if attempt.is_allowed and constant_time_compare(hash_of(typed), code):
            self._keep(code="", proved=self._kept["asked"], proved_until=time.time() + PROOF_SECONDS)
            return True
        if attempt.locked_until or not attempt.is_allowed:
            self._keep(code="")
        return False

    @property
    def proved_address(self) -> str:
        is_fresh = time.time() < self._kept.get("proved_until", 0)
        return str(self._kept.get("proved", "")) if is_fresh else ""

    def lets_in(self, user: User) -> bool:
        """Whether this person is about to redeem it."""
        return self.exists and may_redeem(user=user, invitation=self.invitation(), proved=self.proved_address)

    def own_address(self, invitation: Invitation) -> str:
        """An address that the invitation is for and that the person at this browser owns; "" if none is
        known."""
        return next((address for address in self._owned() if invitation.admits(address)), "")

    def _owned(self) -> list[str]:
        proved = [self.proved_address] if self.proved_address else []
        if not self.request.user.is_authenticated:
            return proved
        confirmed = EmailAddress.objects.filter(user=self.request.user, verified=True).order_by(
            "-primary", "pk"
        )
        return [*confirmed.values_list("email", flat=True), *proved]


def invitation_for(request: HttpRequest, verified: list[str]) -> tuple[Invitation, str] | None:
    """The redeemable invitation that this browser has opened, and which of these verified addresses it is
    for."""
    pending = PendingInvitation(request)
    invitation = pending.invitation() if pending.exists else None
    if invitation is None or not invitation.is_redeemable:
        return None
    return next(((invitation, address) for address in verified if invitation.admits(address)), None)


def redeem_by_sign_up(
    request: HttpRequest, *, verified: list[str], create_user: Callable[[], User]
) -> User | None:
    """For a sign-up with an identity from outside, whose provider has verified these addresses: create the
    user and redeem the invitation that this browser has opened, both or neither (RedemptionRefused). None: it
    has opened none for them, and nothing was done."""
    found = invitation_for(request, verified)
    if found is None:
        return None
    invitation, address = found
    actor = Actor(client_ip=cast("PortalRequest", request).client_ip)
    redemption = redeem_as_new_user(
        actor=actor, invitation=invitation, address=address, create_user=create_user
    )
    PendingInvitation(request).forget()
    return redemption.user
