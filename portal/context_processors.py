from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from lib.theme import theme_of
from portal.site import configuration
from portal.site.http import SiteRequest
from portal.site.navigation import Navigation
from portal.site.readers import Reader


def site(request: HttpRequest) -> dict[str, Any]:
    """What base.html shows on every page."""
    request = cast("SiteRequest", request)
    reader = Reader.of(request)
    return {
        "configuration": request.configuration,
        "portal": request.configuration.site,
        "brand_css_url": request.configuration.brand_css_url,
        "navigation": Navigation(reader, request.path),
        "offers_search": _offers_search(reader),
        "theme": theme_of(request),
        "preview": getattr(request, "preview", None),
    }


def _offers_search(reader: Reader) -> bool:
    may_find = reader.is_signed_in or bool(reader.configuration.visitor_reads)
    return may_find and reader.configuration.may_open(reverse("search"), reader.contact)


def mail() -> dict[str, Any]:
    """What the frame of every mail shows (settings.MAIL_CONTEXT)."""
    held = configuration.current()
    return {"configuration": held, "portal": held.site, "base_url": settings.BASE_URL}
