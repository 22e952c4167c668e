import logging
from collections.abc import Callable
from typing import cast

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

from accounts.http import PortalRequest, Preview
from accounts.preview.session import KEY, End, end, may_preview, preview_of
from lib.outages import is_read_only

SAFE = ("GET", "HEAD", "OPTIONS")
WAYS_OUT = ("/accounts/preview/end/", "/accounts/logout/")
NOT_SHOWN = (
    "/admin/", "/brand.css", "/brand/", "/healthz", "/mail/", "/robots.txt", "/sitemap.xml", *WAYS_OUT,
)  # fmt: skip
"""The administration is the staff member's own during a preview, too; the others are the same for everybody,
or for machines."""

RECORDED = ("/export/csv/", "/export/xlsx/")
"""How the address of a list as a file ends. Whoever takes records out of the portal so is recorded. A preview
writes nothing, so nothing is taken out in one."""

PERSONAL = ("/accounts/", "/confirm-address/", "/join/", "/preferences/", "/profile/", "/redeem/")
"""Pages about whoever is signed in, which is not the contact. tests/accounts/test_preview_pages.py asks for
each address whether it belongs here."""

logger = logging.getLogger(__name__)


class PreviewMiddleware:
    """During a preview the portal's pages are the contact's, and nothing is written: forms are refused before
    any view is asked, and the database itself refuses what a page should want to write while it is shown.

    The gates that follow (sign-in, page, record) see the contact as they would if it were signed in; there is
    no way past them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request = cast("PortalRequest", request)
        request.preview = None
        if request.path_info.startswith(NOT_SHOWN) or KEY not in request.session:
            return self.get_response(request)
        preview = preview_of(request)
        if preview is None or not request.user.is_authenticated:
            end(request, End.RIGHTS)
            return self.get_response(request)
        if preview.is_over or not may_preview(request):
            return _ended(request, preview)
        return self._show(request, preview)

    def _show(self, request: PortalRequest, preview: Preview) -> HttpResponse:
        request.preview = preview
        request.contact = preview.contact if preview.contact.is_usable else None
        request.contacts = [request.contact] if request.contact else []
        if request.method not in SAFE or request.path_info.endswith(RECORDED):
            return _refused(request, changes_something=True)
        if request.path_info.startswith(PERSONAL):
            return _refused(request, changes_something=False)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            response = self.get_response(request)
        for record in preview.to_be_recorded:
            record()
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page that writes while it is shown is a mistake of ours; the transaction kept it from doing
        harm."""
        request = cast("PortalRequest", request)
        if not (is_read_only(exception) and request.preview):
            return None
        logger.error("%s wants to write during a preview.", request.path)
        transaction.set_rollback(True)
        return _refused(request, changes_something=True)


def _refused(request: PortalRequest, *, changes_something: bool) -> HttpResponse:
    return render(
        request, "accounts/preview/refused.html", {"changes_something": changes_something}, status=403
    )


def _ended(request: PortalRequest, preview: Preview) -> HttpResponse:
    """Told on a page of its own: the next one is the staff member's. A fragment asks for the whole page
    again, to say so there."""
    if request.htmx:
        return HttpResponseClientRefresh()
    end(request, End.TIME if preview.is_over else End.RIGHTS)
    return render(
        request,
        "accounts/preview/ended.html",
        {"ended": preview, "is_timed_out": preview.is_over},
        status=403,
    )
