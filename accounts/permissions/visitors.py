"""Pages that visitors reach without signing in, as far as an administrator granted them the records there."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse


def sign_in_url(request: HttpRequest) -> str:
    """Where a visitor signs in and comes back from to this page; nothing for those who are signed in."""
    return (
        ""
        if request.user.is_authenticated
        else f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    )


def open_to_visitors(
    *record_types: str,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let visitors through to the view if they may read any of these types; portal.middleware asks them to
    sign in otherwise.

    The view fetches through the record gate, as for everybody. What it refuses to a visitor, they may see
    once they have signed in: they are sent to do so, by the same answer whether the record exists or not.
    """

    def mark(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except (Http404, PermissionDenied):
                if request.user.is_authenticated:
                    raise
                return redirect_to_login(request.get_full_path())

        opened.open_to_visitors = frozenset(record_types)  # type: ignore[attr-defined]
        return opened

    return mark
