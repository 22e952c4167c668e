from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lib.file_kinds import extension_of
from lib.uploads import CONTENT_TYPES, opened_or_404
from portal.site.http import SiteRequest

IMAGES = {"logo": "logo", "logo-dark": "logo_dark", "favicon": "favicon"}
ONE_YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_safe
@cache_control(public=True, max_age=ONE_YEAR, immutable=True)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The brand's CSS variables. The address carries the configuration's revision, so it may be kept for
    ever."""
    return HttpResponse(
        cast("SiteRequest", request).configuration.site.brand_css, content_type="text/css; charset=utf-8"
    )


@login_not_required
@require_safe
@cache_control(public=True, max_age=ONE_YEAR, immutable=True)
def brand_image(request: HttpRequest, which: str) -> FileResponse:
    site = cast("SiteRequest", request).configuration.site
    image: FieldFile | None = getattr(site, IMAGES[which]) if which in IMAGES else None
    if not image:
        raise Http404
    return FileResponse(opened_or_404(image), content_type=CONTENT_TYPES[extension_of(image.name or "")])
