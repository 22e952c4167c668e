"""The seam to allauth: who may register, which address counts, how its mails leave."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from accounts import lockout
from accounts.actions.mail import mail_context, queue_rendered_mail
from accounts.actions.sign_ins import (
    change_password,
    is_shut_out,
    record_failed_sign_in,
    record_sign_in,
    record_sign_out,
    user_of,
    welcome_registrant,
)
from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import SignInPolicy, User
from accounts.second_factor.reauthentication import signed_in_again
from accounts.sign_in.pending_invitation import PendingInvitation
from lib.client_ip import client_ip
from lib.mail_addresses import mail_address


class AddressIsLockedError(Exception):
    """No password is compared for this address now."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """For registration with a password. Who is invited registers on the pages of the invitation."""
        policy = cast("PortalRequest", request).sign_in_policy
        return policy.is_open and policy.local_sign_in

    def get_client_ip(self, request: HttpRequest) -> str:
        """allauth's own reading of headers differs from ours and refuses everybody behind a unix socket."""
        address = client_ip(request)
        if address is None:
            raise PermissionDenied("The client's address cannot be told.")
        return address

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before its password is compared. A locked address is never told of a rate limit:
        it would differ."""
        self._attempt = lockout.count_attempt(credentials["email"], self._policy)
        if not self._attempt.is_allowed:
            raise AddressIsLockedError
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            lockout.take_back(credentials["email"], self._attempt)
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A locked address, and a person who may not sign in, get the answer of a wrong password, which takes
        a hash too. Whether they are shut out is asked whatever the password was, so that the work is the
        same.
        """
        try:
            user = super().authenticate(request, **credentials)
        except AddressIsLockedError:
            User().set_password(credentials["password"])
            return None
        known = user_of(credentials["email"])
        is_welcome = self._is_signed_in or not self.is_shut_out(request, user or known)
        if user and is_welcome and self._may_sign_in(user):
            super()._rollback_login_failed_rl_usage()
            lockout.forgive([credentials["email"]])
            return cast("User", user)
        actor = Actor(client_ip=client_ip(request))
        record_failed_sign_in(
            actor=actor, email=credentials["email"], locked_until=self._attempt.locked_until
        )
        return None

    def _may_sign_in(self, user: User) -> bool:
        """Somebody who is signed in already only proves once more who they are."""
        return user.is_active and (self._policy.lets_in_by_password(user) or self._is_signed_in)

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth gives a try back for the right password alone; here the sign-in must be allowed, too (see
        authenticate): else the limit would tell that the password was right."""

    @property
    def _is_signed_in(self) -> bool:
        return bool(self.request.user.is_authenticated)

    def is_shut_out(self, request: HttpRequest, user: User | None) -> bool:
        """Whether nobody gets in as this user: all contacts are switched off, and no good invitation is
        redeemed."""
        return is_shut_out(user) and not (user and PendingInvitation(request).lets_in(user))

    def pre_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse | None:
        """Whoever has proved who they are by an identity from outside is told that nothing is left here for
        them."""
        if user.is_active and self.is_shut_out(request, user):
            messages.error(
                request,
                gettext("Your access has ended. Ask your portal user manager or contact us to restore it."),
            )
            return redirect(f"{reverse('account_login')}?stay=1")
        return cast("HttpResponse | None", super().pre_login(request, user, **login))

    @property
    def _policy(self) -> Any:
        return self.request.sign_in_policy

    def post_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse:
        actor = self._actor(user)
        if login["signup"]:
            welcome_registrant(actor=actor, user=user, policy=self._policy)
        record_sign_in(actor=actor, user=user)
        return cast("HttpResponse", super().post_login(request, user, **login))

    def logout(self, request: HttpRequest) -> None:
        user = cast("User", request.user)
        record_sign_out(actor=self._actor(user), user=user)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        change_password(actor=self._actor(user), user=user, password=password)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        is_confirmed: bool = super().confirm_email(request, email_address)
        if is_confirmed:
            user = email_address.user
            welcome_registrant(actor=self._actor(user), user=user, policy=self._policy)
        return is_confirmed

    def _actor(self, user: User) -> Actor:
        return Actor(user=user, client_ip=client_ip(self.request))

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Who cannot sign in with a password is told how to, instead. A job calls this, without a request."""
        is_useful = SignInPolicy.objects.the_one().lets_in_by_password(user)
        self.send_mail(
            "account/email/password_reset_key" if is_useful else "account/email/password_not_used",
            email,
            context,
        )

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Not to a page that leads straight to the only provider, which would sign the person in again."""
        return (
            f"{reverse('account_login')}?stay=1"
            if not self._policy.local_sign_in
            else reverse("account_login")
        )

    def get_login_stages(self) -> list[str]:
        """The second factor comes last: whatever else a sign-in takes has happened before a code is asked
        for."""
        return [*super().get_login_stages(), "accounts.sign_in.stage.SecondFactorStage"]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """Without a password, a code shows that it is still the same person."""
        by_code = {"id": "code", "description": gettext("Use a code"), "url": reverse("confirm_identity")}
        return super().get_reauthentication_methods(user) or ([by_code] if user.is_authenticated else [])

    def is_reauthentication_required(self, *, app: str, **context: Any) -> bool:
        """allauth never asks people without a password again; here they type a code."""
        if self.request.user.has_usable_password() or signed_in_again(self.request):
            return bool(super().is_reauthentication_required(app=app, **context))
        raise ReauthenticationRequired

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("security")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Links in mails lead to the portal's own address, whatever Host header asked for the mail."""
        return f"{settings.BASE_URL}{reverse('account_reset_password')}key/{key}/"

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC
    ) -> str:
        return settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_account_already_exists_mail(self, email: str) -> None:
        context = {"password_reset_url": settings.BASE_URL + reverse("account_reset_password")}
        self.send_mail("account/email/account_already_exists", email, context)

    def clean_email(self, email: str) -> str:
        """For the addresses of allauth's forms, and those that providers of identities tell."""
        return mail_address(email)

    def is_safe_url(self, url: str | None) -> bool:
        """The portal as the visitor called it. allauth would lead to any allowed host, to the visitor's own
        localhost too."""
        return url_has_allowed_host_and_scheme(
            url, {self.request.get_host()}, require_https=self.request.is_secure()
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, {**mail_context(), **context, "email": email})
        html = next(
            (str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), ""
        )
        queue_rendered_mail(
            event=template_prefix, to=email, subject=message.subject, text=str(message.body), html=html
        )
