"""The way back from an OpenID provider."""

from typing import cast

from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from accounts.sign_in.openid import OpenIDAdapter


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """allauth's view, with an adapter that reads signed answers, too."""
    view = OAuth2CallbackView.adapter_view(OpenIDAdapter(request, provider_id))
    return cast("HttpResponse", view(request))
