from collections.abc import Callable
from functools import partial, wraps
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts.admin_start import start_page
from accounts.http import PortalRequest
from accounts.second_factor.middleware import ask_for_code
from accounts.second_factor.rules import may_administer
from lib.admin_find import find_page
from lib.admin_parts import site_urls

NOT_ADMINISTERED = {
    "account", "otp_email", "otp_static", "otp_totp", "procrastinate", "socialaccount", "usersessions",
}  # fmt: skip
"""Apps of packages: behind sign-in addresses, codes and keys, identities, sessions; and background jobs. Only
a ModelAdmin of ours, which has a place in the menu, may stand in for one of theirs."""


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
        is_ours = admin_class is not None and hasattr(admin_class, "place")
        ours = [model for model in models if is_ours or model._meta.app_label not in NOT_ADMINISTERED]
        super().register(ours, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """Django's, after the pages that a ModelAdmin has at the top. They come before the catch-all."""
        at_the_top = [page for model_admin in self._registry.values() for page in site_urls(model_admin)]
        find = path("find/", self.admin_view(partial(find_page, self)), name="find")
        return [find, *at_the_top, *super().get_urls()]

    def has_permission(self, request: HttpRequest) -> bool:
        """Asked by every view and for every frame, answered once a request and person."""
        known: tuple[Any, bool] | None = getattr(request, "administers", None)
        if known is None or known[0] != request.user.pk:
            may = super().has_permission(request) and may_administer(cast("PortalRequest", request))
            request.administers = known = (request.user.pk, may)  # type: ignore[attr-defined]
        return known[1]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's list of apps and models: the menu is made of places, and kept."""
        return {
            "site_title": "", "site_header": "", "site_url": "/", "is_popup": False,
            "is_nav_sidebar_enabled": False, "has_permission": self.has_permission(request),
        }  # fmt: skip

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        start = start_page(self, request)
        context = {**self.each_context(request), "title": _("Start"), "start": start, **(extra_context or {})}
        return TemplateResponse(request, "admin/index.html", context)

    def app_index(  # type: ignore[override]
        self, request: HttpRequest, app_label: str, extra_context: Any = None
    ) -> HttpResponse:
        """Nothing here is sorted by app."""
        return redirect("admin:index")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_logout")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """No list and no page is asked for a NUL, which the database does not take."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def without_nul(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "\0" in request.path_info:
                raise Http404
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
