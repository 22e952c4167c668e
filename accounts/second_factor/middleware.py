from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.http import PortalRequest
from accounts.second_factor.rules import is_proved, is_required

View = TypeVar("View", bound=Callable[..., HttpResponse])


def open_without_second_factor(view: View) -> View:
    view.open_without_second_factor = True  # type: ignore[attr-defined]
    return view


class SecondFactorMiddleware:
    """Sessions that began before the sign-in policy asked for a second factor give it with their next
    click."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> HttpResponse | None:
        is_open = not getattr(view, "login_required", True) or getattr(
            view, "open_without_second_factor", False
        )
        if is_open or not request.user.is_authenticated:
            return None
        portal_request = cast("PortalRequest", request)
        is_due = is_required(portal_request.sign_in_policy, portal_request.user, portal_request.contacts)
        return ask_for_code(portal_request) if is_due and not is_proved(portal_request) else None


def ask_for_code(request: PortalRequest) -> HttpResponse:
    """To the page that asks a signed-in person for a code, and from there back here."""
    if request.htmx:
        return HttpResponseClientRedirect(reverse("confirm_identity"))
    back = request.get_full_path() if request.method == "GET" else reverse("home")
    return redirect(f"{reverse('confirm_identity')}?{urlencode({'next': back})}")
