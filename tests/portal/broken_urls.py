"""The portal's addresses and some that fail."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from portal import urls

FAILURES: dict[str, Any] = {
    "bug": ZeroDivisionError("secret detail"),
    "database": OperationalError("server closed the connection unexpectedly"),
    "connection": InterfaceError("connection already closed"),
    "forbidden": PermissionDenied("secret detail"),
    "bad": BadRequest("secret detail"),
}


@login_not_required
def broken(request: HttpRequest, failure: str) -> HttpResponse:
    raise FAILURES[failure]


urlpatterns = [path("broken/<slug:failure>/", broken), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)
