from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from portal import configuration
from portal.http import SiteRequest
from portal.lib.theme import theme_of
from portal.navigation import Navigation


def site(request: HttpRequest) -> dict[str, Any]:
    """What base.html shows on every page."""
    request = cast("SiteRequest", request)
    return {
        "portal": request.configuration.site,
        "brand_css_url": request.configuration.brand_css_url,
        "navigation": Navigation(request.configuration, getattr(request, "contact", None), request.path),
        "theme": theme_of(request),
        "demo_mode": settings.DEMO_MODE,
    }


def mail() -> dict[str, Any]:
    """What the frame of every mail shows (settings.MAIL_CONTEXT)."""
    return {"portal": configuration.current().site, "base_url": settings.BASE_URL}
