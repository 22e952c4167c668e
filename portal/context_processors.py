from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from portal import configuration
from portal.http import SiteRequest
from portal.lib.theme import theme_of
from portal.navigation import Navigation
from portal.readers import Reader


def site(request: HttpRequest) -> dict[str, Any]:
    """What base.html shows on every page."""
    request = cast("SiteRequest", request)
    return {
        "configuration": request.configuration,
        "portal": request.configuration.site,
        "brand_css_url": request.configuration.brand_css_url,
        "navigation": Navigation(Reader.of(request), request.path),
        "offers_search": bool(request.configuration.visitor_reads) or request.user.is_authenticated,
        "theme": theme_of(request),
        "preview": getattr(request, "preview", None),
    }


def mail() -> dict[str, Any]:
    """What the frame of every mail shows (settings.MAIL_CONTEXT)."""
    held = configuration.current()
    return {"configuration": held, "portal": held.site, "base_url": settings.BASE_URL}
