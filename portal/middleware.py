import uuid
from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

from lib import request_id
from lib.client_ip import client_ip, is_from_trusted_proxy, is_monitor
from portal.site import configuration
from portal.site.http import SiteRequest
from portal.views import errors

HEALTH_CHECK = "/healthz"
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Give each request an id, which error pages show and log lines carry."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex[:12]  # type: ignore[attr-defined]
        token = request_id.current.set(request.id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_id.current.reset(token)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class ForwardedProtoMiddleware:
    """Whether a visitor came by https, a trusted proxy says in X-Forwarded-Proto.

    Django's SECURE_PROXY_SSL_HEADER would believe anybody, so it is not set; gunicorn's own trust is switched
    off.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("HTTP_X_FORWARDED_PROTO")
        if said is not None and is_from_trusted_proxy(request):
            request.META["wsgi.url_scheme"] = "https" if said == "https" else "http"
        return self.get_response(request)


class AllowedNetworkMiddleware:
    """First gate: the client's address must be in an allowed network, for every address of the portal, files
    included.

    It runs before sessions and users are read. The health check has a rule of its own: it answers monitors
    alone, listed or not.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request = cast("SiteRequest", request)
        request.client_ip = client_ip(request)
        if request.path_info == HEALTH_CHECK:
            return self.get_response(request) if is_monitor(request) else HttpResponseNotFound()
        request.configuration = configuration.current()
        request.sign_in_policy = request.configuration.sign_in_policy
        if not request.configuration.allows_address(request.client_ip):
            return errors.network_refused(request)
        return self.get_response(request)


class PrivatePagesMiddleware:
    """What a signed-in person is shown must not stay in a shared or browser cache, unless a view says
    otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Visitors sign in first, unless the page says that it is for them, or that it is where they were granted
    its records."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        record_types: frozenset[str] = getattr(view_func, "open_to_visitors", frozenset())
        if record_types and cast("SiteRequest", request).configuration.visitor_reads & record_types:
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class PageAccessMiddleware:
    """Second gate: the rules on the pages from the root down to the requested path. A visitor may sign in to
    satisfy them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> HttpResponse | None:
        site_request = cast("SiteRequest", request)
        if request.path_info == HEALTH_CHECK or site_request.configuration.may_open(
            request.path_info, site_request.contact
        ):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return errors.page_refused(request)
