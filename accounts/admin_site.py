from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from accounts.http import PortalRequest
from accounts.second_factor.middleware import ask_for_code
from accounts.second_factor.rules import may_administer
from lib.admin_parts import site_urls

NOT_ADMINISTERED = {"account", "otp_email", "otp_static", "otp_totp", "socialaccount", "usersessions"}
"""Apps of the packages behind sign-in: addresses, codes and keys, identities, sessions."""


class PortalAdminSite(AdminSite):
    """The administration: for staff who gave their second factor, if the sign-in policy or they themselves
    want one.

    It has no sign-in form of its own; portal.urls leads visitors to the portal's.
    """

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Without the pages of the sign-in packages: what is done there would pass by our actions and the
        log."""
        models: list[Any] = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        )
        ours = [model for model in models if model._meta.app_label not in NOT_ADMINISTERED]
        super().register(ours, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """Django's, after the pages that a ModelAdmin has at the top. They come before the catch-all."""
        at_the_top = [page for model_admin in self._registry.values() for page in site_urls(model_admin)]
        return [*at_the_top, *super().get_urls()]

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and may_administer(cast("PortalRequest", request))

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """No list and no page is asked for a NUL, which the database does not take."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def without_nul(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "%00" in request.META.get("QUERY_STRING", ""):
                request.GET = QueryDict(request.META["QUERY_STRING"].replace("%00", ""))
            return guarded(request, *args, **kwargs)

        return without_nul

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Reached by staff who are signed in."""
        if self.has_permission(request):
            return redirect("admin:index")
        return ask_for_code(cast("PortalRequest", request))
