import logging
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.acting import ACTIVE_CONTACT, contacts_of, lost_access
from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.sessions import limits as session_limits
from lib.languages import is_offered
from lib.outages import outage_of

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionLimitsMiddleware:
    """End a session that has lasted, or rested, longer than the sign-in policy of this moment allows."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        policy = getattr(request, "sign_in_policy", None) if SESSION_KEY in request.session else None
        if policy and session_limits.is_over(request.session, policy):
            logout(request)
            messages.info(request, _("You were signed out after a period of time. Sign in to continue."))
        elif policy:
            session_limits.note_click(request, policy)
        return self.get_response(request)


class TermsMiddleware:
    """Ask for the terms of use before anything else. The administration, previews included, is for those who
    wrote them."""

    WITHOUT_TERMS = frozenset(
        "terms account_logout preview_end set_theme brand_css brand_image "
        "healthz confirm_identity send_confirmation_code".split()
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.url_name in self.WITHOUT_TERMS or match.app_name == "admin":
            return None
        policy, preview = (
            cast("PortalRequest", request).sign_in_policy,
            cast("PortalRequest", request).preview,
        )
        if (
            not policy.terms
            or preview
            or not request.user.is_authenticated
            or not policy.asks_terms_of(request.user)
        ):
            return None
        next_url = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{reverse('terms')}?{urlencode({'next': next_url})}")


class IdentityProviderMiddleware:
    """A provider of identities that is down, or answers nonsense, is no fault of the portal: say so, and
    offer the way back.

    ``request.waits_for_provider`` is true from the first step until the adapter has got an identity
    (accounts.sign_in.social.pre_social_login). Whatever fails in between is the provider's answer; what fails
    later is ours.
    """

    STEPS = ("_login", "_callback", "saml_finish_acs", "saml_metadata")
    OF_OUR_OWN = (Http404, SuspiciousOperation)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        request.waits_for_provider = name.endswith(self.STEPS) and name != "account_login"  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Nor is it a fault when two people connect one identity at the same moment: the database gives it to
        the first."""
        if isinstance(exception, IntegrityError) and SocialAccount._meta.db_table in str(exception):
            get_adapter(request).add_message(
                request, messages.ERROR, "socialaccount/messages/account_connected_other.txt"
            )
            return redirect("socialaccount_connections")
        is_ours = isinstance(exception, self.OF_OUR_OWN) or outage_of(exception)
        if is_ours or not getattr(request, "waits_for_provider", False):
            return None
        logger.warning("The identity provider failed at %s", request.path, exc_info=exception)
        status = 401 if isinstance(exception, PermissionDenied) else 503
        return render(request, "socialaccount/authentication_error.html", status=status)


class ContactMiddleware:
    """Set ``request.contact`` and ``request.contacts``, read anew for each request so that every change holds
    at once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.contacts = contacts_of(request.user) if request.user.is_authenticated else []  # type: ignore[attr-defined]
        if request.user.is_authenticated and not request.contacts and lost_access(request.user):  # type: ignore[attr-defined]
            logout(request)
        request.contact = self._active(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> None:
        """Only now has Django checked where a form comes from: nothing in it is read before, and nothing done
        that it asks for.

        A view without that check takes no forms of the portal.
        """
        is_checked = not getattr(view, "csrf_exempt", False)
        if is_checked and request.contacts and "acting_as" in request.POST:  # type: ignore[attr-defined]
            request.contact = self._writing(request)  # type: ignore[attr-defined]

    @staticmethod
    def _active(request: HttpRequest) -> Contact | None:
        contacts: list[Contact] = request.contacts  # type: ignore[attr-defined]
        if not contacts:
            return None
        chosen = request.session.get(ACTIVE_CONTACT)
        return next((contact for contact in contacts if contact.pk == chosen), contacts[0])

    @staticmethod
    def _writing(request: HttpRequest) -> Contact | None:
        """For whom a form was shown: what it writes belongs there, even if another tab has gone to another
        contact since.

        That contact is the active one from now on. A form of a contact that is no longer the user's writes
        for nobody.
        """
        contacts: list[Contact] = request.contacts  # type: ignore[attr-defined]
        contact = next(
            (contact for contact in contacts if str(contact.pk) == request.POST["acting_as"]), None
        )
        if contact:
            request.session[ACTIVE_CONTACT] = contact.pk
        return contact


class PreferencesMiddleware:
    """Activate the reader's time zone and language; a visitor gets the browser's language and the portal's
    time zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        language = (
            user.language
            if user and is_offered(user.language)
            else translation.get_language_from_request(request)
        )
        zone = ZoneInfo(user.time_zone) if user and user.time_zone else None
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = language
            return self.get_response(request)
