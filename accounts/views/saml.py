"""SAML 2.0: what allauth's own pages leave open to anybody.

An answer comes as a form that another site posts, without the session's cookie. So it is laid aside, and read
on the next page, which the browser asks for with its cookies.
"""

from typing import cast

from allauth.core.internal import ratelimit
from allauth.core.ratelimit import respond_429
from allauth.socialaccount.providers.saml import views as allauth_views
from allauth.socialaccount.providers.saml.utils import get_app_or_404
from allauth.socialaccount.sessions import LoginSession
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

MAX_CHARACTERS = 256 * 1024
SECONDS = 5 * 60
LIMITS = {"acs": "60/m/ip"}


@csrf_exempt
@login_not_required
@require_POST
def acs(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Lay the answer aside, for minutes: only for a provider that is configured, only a few, and only of a
    believable size."""
    get_app_or_404(request, organization_slug)
    if not 0 < len(request.POST.get("SAMLResponse", "")) <= MAX_CHARACTERS:
        raise BadRequest("No answer, or one that is too long.")
    if not ratelimit.consume(request, app="saml", action="acs", config=LIMITS):
        return cast("HttpResponse", respond_429(request))
    LoginSession(request, "saml_acs_session", "saml-acs-session").store.set_expiry(SECONDS)
    return cast("HttpResponse", allauth_views.acs(request, organization_slug=organization_slug))


@login_not_required
@require_safe
def sign_out(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Nobody is signed out because another site says so: the person is asked."""
    return redirect("account_logout")
