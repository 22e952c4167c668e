"""The portal's addresses and one that writes while it is shown."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.models import Account
from tests import urls


def count_view(request: HttpRequest) -> HttpResponse:
    Account.objects.update(city="Seen")
    return HttpResponse("shown")


urlpatterns = [path("writing/", count_view), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)
