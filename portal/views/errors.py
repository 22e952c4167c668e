"""Pages for what went wrong. They use no database: it may be what went wrong."""

import logging
import sys
from base64 import b64encode
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from lib.outages import is_read_only, outage_of
from lib.theme import theme_of

logger = logging.getLogger(__name__)
IN_ADMINISTRATION = {
    400: (_("We cannot read this request"), _("Go back, reload the page, and try again.")),
    403: (
        _("You may not open this"),
        _("Your staff groups do not give you access to this page. An administrator can change that."),
    ),
    404: (
        _("We cannot find that page"),
        _("It may have been deleted, or the address is wrong. Search for it, or use the menu."),
    ),
    500: (
        _("Something went wrong"),
        _("Nothing was changed. Try again. If it happens again, give an administrator the error number."),
    ),
}
"""Headings and texts for staff."""
RETRY_AFTER_SECONDS = "20"
REFUSED_STYLE = (settings.BASE_DIR / "templates" / "errors" / "403_network.css").read_text()
REFUSED_STYLE_HASH = f"'sha256-{b64encode(sha256(REFUSED_STYLE.encode()).digest()).decode()}'"


def error_page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    response = HttpResponse(
        loader.render_to_string(f"errors/{name}.html", _context(request) | context), status=status
    )
    patch_cache_control(response, private=True, no_store=True)
    return response


def _context(request: HttpRequest) -> dict[str, Any]:
    """Only what the request carries already; context processors would ask the database."""
    context = {"request_id": getattr(request, "id", ""), "theme": theme_of(request)}
    if configuration := getattr(request, "configuration", None):
        context |= {
            "configuration": configuration,
            "portal": configuration.site,
            "brand_css_url": configuration.brand_css_url,
        }
    if preview := getattr(request, "preview", None):
        context |= {"preview": preview, "csrf_token": get_token(request)}
    return context


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _for_staff(request, 400) or error_page(request, "400", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _for_staff(request, 403) or error_page(request, "403", 403)


def page_refused(request: HttpRequest) -> HttpResponse:
    return error_page(request, "403", 403)


def network_refused(request: HttpRequest) -> HttpResponse:
    """Carries its style in itself: the stylesheets are refused like everything else. Nobody has read the
    language yet."""
    style = mark_safe(REFUSED_STYLE)  # noqa: S308 -- a stylesheet of ours, read from its file
    context = {"client_address": getattr(request, "client_ip", None), "style": style}
    with translation.override(translation.get_language_from_request(request)):
        response = error_page(request, "403_network", 403, **context)
    response._csp_update = {"style-src": [REFUSED_STYLE_HASH]}  # type: ignore[attr-defined]
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _for_staff(request, 404) or error_page(request, "404", 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return error_page(request, "429", 429)


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    outage = outage_of(error)
    if outage is None or _is_ours(request, error):
        return _for_staff(request, 500) or error_page(request, "500", 500)
    response = error_page(request, "503", 503, outage=outage)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _for_staff(request: HttpRequest, status: int) -> HttpResponse | None:
    """Staff stay in the administration, with its menu. None: they are not in it, or its frame cannot be drawn
    either; the plain page needs nothing."""
    if not request.path.startswith(reverse("admin:index")) or not hasattr(request, "configuration"):
        return None
    try:
        with transaction.atomic():
            if not admin.site.has_permission(request):
                return None
            heading, text = IN_ADMINISTRATION[status]
            shown = {"status": status, "heading": heading, "text": text, "title": heading}
            context = {**admin.site.each_context(request), **_context(request), **shown}
            html = loader.render_to_string("admin/error.html", context, request)
    except Exception:
        logger.exception("The page of an error could not be drawn in the administration")
        return None
    response = HttpResponse(html, status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _is_ours(request: HttpRequest, error: BaseException | None) -> bool:
    """A preview is read-only by itself: a page that writes in one is a mistake, and no outage."""
    return is_read_only(error) and bool(getattr(request, "preview", None))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """An expired form or a session that ended in another tab."""
    logger.warning("CSRF check failed: %s", reason)
    return error_page(request, "403_csrf", 403)
