"""Pages for what went wrong. They use no database: it may be what went wrong."""

import logging
import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.cache import patch_cache_control

from portal.lib.theme import theme_of

logger = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = "20"


def error_page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    response = HttpResponse(loader.render_to_string(f"errors/{name}.html", _context(request) | context), status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _context(request: HttpRequest) -> dict[str, Any]:
    """Only what the request carries already; context processors would ask the database."""
    context = {"request_id": getattr(request, "id", ""), "theme": theme_of(request)}
    if configuration := getattr(request, "configuration", None):
        context |= {"portal": configuration.site, "brand_css_url": configuration.brand_css_url}
    return context


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, "400", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, "403", 403)


def page_refused(request: HttpRequest) -> HttpResponse:
    return error_page(request, "403", 403)


def network_refused(request: HttpRequest) -> HttpResponse:
    return error_page(request, "403_network", 403, client_address=getattr(request, "client_ip", None))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, "404", 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return error_page(request, "429", 429)


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = error_page(request, "503", 503)
        response["Retry-After"] = RETRY_AFTER_SECONDS
        return response
    return error_page(request, "500", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """An expired form or a session that ended in another tab."""
    logger.warning("CSRF check failed: %s", reason)
    return error_page(request, "403_csrf", 403)
