"""The seam to allauth for external identities: who may register with one, which address counts, where they
come from."""

import logging
from typing import Any, cast

from allauth.account.internal.emailkit import valid_email_or_none
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess, Provider, ProviderException
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.actions.ownership import claim_user
from accounts.actions.redemption import AddressIsTaken, RedemptionRefused
from accounts.actions.sign_ins import user_of
from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import SignInPolicy, User
from accounts.sign_in.pending_invitation import PendingInvitation, invitation_for, redeem_by_sign_up
from lib.mail_addresses import mail_address

STAY = "stay"
"""Query parameter of the sign-in page that shows it even where it would lead straight to the only
provider."""

MAX_NAME = 100
VERIFICATION_CLAIMS = ("email_verified", "verified_email")

logger = logging.getLogger(__name__)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """From the settings alone: no query, and no secret in the database."""
        apps = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for of_provider in apps.values() for app in of_provider]

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise Http404 from None

    def list_providers(self, request: HttpRequest) -> list[Provider]:
        """The company's own first, then those that everybody knows."""
        return sorted(
            super().list_providers(request), key=lambda provider: provider.app.settings.get("position", 0)
        )

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take a name and an address, whether it is verified, and keep nothing else of what the provider
        tells about the person.

        allauth makes text of whatever identifies them: nothing would be one and the same person each time.
        """
        if sociallogin.account.uid == "None":
            raise ProviderException("An identity without an identifier.")
        for address in sociallogin.email_addresses:
            address.verified = self._is_plainly_verified(address, sociallogin)
        known = {key: _storable(value) for key, value in data.items() if isinstance(value, str)}
        user = cast("User", super().populate_user(request, sociallogin, known))
        user.first_name, user.last_name = user.first_name[:MAX_NAME], user.last_name[:MAX_NAME]
        sociallogin.account.extra_data = {
            "email": user.email,
            "name": (known.get("name") or user.get_full_name())[: 2 * MAX_NAME],
        }
        return user

    def _is_plainly_verified(self, address: EmailAddress, sociallogin: SocialLogin) -> bool:
        """The word of the provider counts if it is the boolean True alone; allauth takes any for Google and
        Yahoo, "false" included.

        An address of a domain that the settings name as the provider's own needs no word.
        """
        if self.is_email_verified(sociallogin.provider, address.email):
            return True
        claims = sociallogin.account.extra_data
        said = [claims[name] for name in VERIFICATION_CLAIMS if name in claims]
        return address.verified is True and all(word is True for word in said)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """An address that the provider does not plainly call verified is not. Who is new gets the one address
        that counts.

        allauth signs in for every process that it does not know, so a visitor's invented one is no way past
        this.
        """
        request.waits_for_provider = False  # type: ignore[attr-defined]
        known = sociallogin.email_addresses
        sociallogin.email_addresses = [address for address in known if valid_email_or_none(address.email)]
        for address in sociallogin.email_addresses:
            address.email = mail_address(address.email)
            address.verified = address.verified is True and _may_vouch_for(address.email, sociallogin)
        if not sociallogin.is_existing and sociallogin.state.get("process") not in (
            AuthProcess.CONNECT,
            AuthProcess.REDIRECT,
        ):
            self._choose_address(cast("PortalRequest", request), sociallogin)

    def on_authentication_error(
        self, request: HttpRequest, provider: Provider, error: Any = None, exception: Any = None, **_: Any
    ) -> None:
        """Nobody else tells the operator: the person gets a page."""
        logger.warning(
            "Signing in with %s failed: %s %s",
            provider.sub_id,
            error,
            type(exception).__name__ if exception else "",
        )

    def _choose_address(self, request: PortalRequest, sociallogin: SocialLogin) -> None:
        addresses = [*_proved_here(request), *sociallogin.email_addresses]
        invited = invitation_for(request, [address.email for address in addresses if address.verified])
        if invited:
            chosen = next(
                address for address in addresses if address.email == invited[1] and address.verified
            )
        else:
            _refuse_other_than_invitee(request, sociallogin)
            chosen = _for_open_registration(request, sociallogin)
        if chosen and chosen.verified and user_of(chosen.email):
            owner = (
                claim_user(actor=Actor(client_ip=request.client_ip), address=chosen.email)
                if invited
                else None
            )
            if owner is None:
                raise ImmediateHttpResponse(_sign_in_first(request, sociallogin))
            sociallogin.connect(request, owner)  # this is their new way in
            return
        sociallogin.email_addresses = (
            [EmailAddress(email=chosen.email, verified=chosen.verified, primary=True)] if chosen else []
        )
        sociallogin.user.email = chosen.email if chosen else ""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Under open registration, and for the owner of the invitation that this browser has opened; never
        where it is closed."""
        request = cast("PortalRequest", request)
        is_closed = request.sign_in_policy.registration == SignInPolicy.Registration.CLOSED
        return not is_closed and (
            _is_open_to(request, sociallogin) or bool(invitation_for(request, _verified(sociallogin)))
        )

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Create the user and redeem the invitation, both or neither."""
        request = cast("PortalRequest", request)

        def create_user() -> User:
            return cast("User", super(SocialAccountAdapter, self).save_user(request, sociallogin, form))

        try:
            user = redeem_by_sign_up(request, verified=_verified(sociallogin), create_user=create_user)
        except AddressIsTaken:
            raise ImmediateHttpResponse(_sign_in_first(request, sociallogin)) from None
        except RedemptionRefused:
            raise ImmediateHttpResponse(redirect("redeem_invitation")) from None
        if user is None:
            return self._register(request, sociallogin, create_user)
        messages.success(request, _("Welcome! You now have access."))
        sociallogin.state["next"] = reverse("home")
        return user

    def _register(self, request: PortalRequest, sociallogin: SocialLogin, create_user: Any) -> User:
        if not _is_open_to(request, sociallogin):  # somebody else has used the invitation in this moment
            raise ImmediateHttpResponse(redirect("redeem_invitation"))
        try:
            with transaction.atomic():
                user: User = create_user()
        except IntegrityError:
            raise ImmediateHttpResponse(_sign_in_first(request, sociallogin)) from None
        return user


def only_provider(request: PortalRequest) -> Provider | None:
    """The one and only way in for customers, if there is just one."""
    if request.sign_in_policy.local_sign_in:
        return None
    providers = SocialAccountAdapter(request).list_providers(request)
    return providers[0] if len(providers) == 1 else None


def provider_names(request: HttpRequest) -> dict[str, str]:
    """Of the configured providers: as SocialAccount.provider says → as people say."""
    return {
        provider.sub_id: provider.name for provider in SocialAccountAdapter(request).list_providers(request)
    }


def _may_vouch_for(email: str, sociallogin: SocialLogin) -> bool:
    """A customer's own provider can be kept to that customer's domains: it could call any address
    verified."""
    domains: list[str] = sociallogin.provider.app.settings.get("only_domains", [])
    return not domains or email.rpartition("@")[2] in domains


def _storable(text: str) -> str:
    """Without what PostgreSQL does not take: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode(errors="ignore").decode()


def _proved_here(request: PortalRequest) -> list[EmailAddress]:
    """The invited address, if a code that was mailed to it was typed in this browser: as good as a provider's
    word."""
    proved = PendingInvitation(request).proved_address
    return [EmailAddress(email=proved, verified=True)] if proved else []


def _refuse_other_than_invitee(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Whoever came with somebody else's invitation learns whom it is for, and nothing is made of them."""
    if not PendingInvitation(request).exists or _is_signed_in(request):
        return
    messages.error(
        request,
        _(
            "%(provider)s did not confirm that the invited address is yours. Sign in another way, or have "
            "us email a code to that address first."
        )
        % {"provider": sociallogin.provider.name},
    )
    raise ImmediateHttpResponse(redirect("redeem_invitation"))


def _for_open_registration(request: PortalRequest, sociallogin: SocialLogin) -> EmailAddress | None:
    """A verified address before one that must be confirmed by mail yet."""
    policy = request.sign_in_policy
    if not policy.is_open:
        return None
    addresses = sorted(sociallogin.email_addresses, key=lambda address: not address.verified)
    chosen = next((address for address in addresses if policy.accepts_address(address.email)), None)
    if chosen is None:
        raise ImmediateHttpResponse(_no_good_address(request, sociallogin))
    return cast("EmailAddress", chosen)


def _no_good_address(request: PortalRequest, sociallogin: SocialLogin) -> HttpResponse:
    values = {
        "provider": sociallogin.provider.name,
        "domains": ", ".join(request.sign_in_policy.allowed_domains),
    }
    if sociallogin.email_addresses:
        messages.error(
            request,
            _("Your address at %(provider)s is not a work address from one of these domains: %(domains)s")
            % values,
        )
    else:
        messages.error(
            request,
            _("%(provider)s did not share your email address. Choose another way to sign in.") % values,
        )
    return redirect(f"{reverse('account_login')}?{STAY}=1")


def _sign_in_first(request: PortalRequest, sociallogin: SocialLogin) -> HttpResponse:
    """An identity is never tied to a user because the addresses agree: its owner does that, signed in. Only
    who owns the address learns of the user."""
    messages.info(
        request,
        _(
            "This address is already registered. Sign in as usual; you can then connect %(provider)s in "
            "your profile."
        )
        % {"provider": sociallogin.provider.name},
    )
    target = reverse("redeem_invitation") if PendingInvitation(request).exists else reverse("home")
    return redirect_to_login(target, f"{reverse('account_login')}?{urlencode({STAY: 1})}")


def _is_open_to(request: PortalRequest, sociallogin: SocialLogin) -> bool:
    policy = request.sign_in_policy
    addresses = sociallogin.email_addresses
    return policy.is_open and bool(addresses) and policy.accepts_address(addresses[0].email)


def _is_signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def _verified(sociallogin: SocialLogin) -> list[str]:
    return [address.email for address in sociallogin.email_addresses if address.verified]
