"""Signing in again before a change of one's own security, for those without a password too.

allauth takes everyone without a password as freshly signed in. Here they type a code instead.
"""

from collections.abc import Callable
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.http import PortalRequest
from accounts.second_factor.middleware import ask_for_code
from accounts.second_factor.rules import chosen_methods, is_proved


def signed_in_again(request: HttpRequest) -> bool:
    """Whether the password or, without one, a code was typed again within the last minutes."""
    records = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record.get("reauthenticated")
    ]
    return bool(records) and time() - records[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def note_signed_in_again(request: PortalRequest) -> None:
    """A code stands for the password only where there is none."""
    if not request.user.has_usable_password():
        record_authentication(request, request.user, method="code", reauthenticated=True)


def sign_in_again_first(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """For views of the reader's own security: they want a fresh password and, where it is switched on, the
    second factor."""

    @wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not signed_in_again(request):
            return ask_to_sign_in_again(request)
        if not is_proved(request) and chosen_methods(request.user):
            return ask_for_code(request)
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return guarded


def ask_to_sign_in_again(request: PortalRequest) -> HttpResponse:
    """Leads back to the page; what was sent is not kept, so the reader presses the button once more."""
    url = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
    back = (
        request.get_full_path()
        if request.method == "GET"
        else request.headers.get("Referer") or reverse("profile")
    )
    return redirect(f"{url}?{urlencode({'next': back})}")
