"""The portal's addresses and, before the one that takes all others, those of the example feature."""

from django.urls import include, path

from portal.urls import (  # noqa: F401
    handler400,
    handler403,
    handler404,
    handler429,
    handler500,
)
from portal.urls import urlpatterns as portal_urls

urlpatterns = [path("loans/", include("tests.example_app.loans.urls")), *portal_urls]
