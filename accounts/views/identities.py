"""The sign-in page, where it leads straight to the only provider, and the page of one's external
identities."""

from typing import cast

from allauth.account.adapter import get_adapter
from allauth.account.views import login
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.identities import OnlyWayIn, disconnect_identity
from accounts.actors import Actor
from accounts.forms.entrance import STAFF_DOOR
from accounts.forms.identities import IdentityForm
from accounts.http import PortalRequest
from accounts.second_factor.reauthentication import sign_in_again_first
from accounts.sign_in.social import STAY, only_provider, provider_names


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """allauth's page. Where customers have but one way in, it is taken at once; staff and messages have the
    page."""
    is_plain = (
        request.method == "GET" and not _is_signed_in(request) and not {STAY, STAFF_DOOR} & set(request.GET)
    )
    provider = (
        only_provider(cast("PortalRequest", request))
        if is_plain and not login_is_for_admin(request)
        else None
    )
    if provider and not messages.get_messages(request):
        request.waits_for_provider = True  # type: ignore[attr-defined]
        return cast("HttpResponse", provider.redirect_from_request(request))
    response: HttpResponse = login(request)
    return response


def _is_signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def login_is_for_admin(request: HttpRequest) -> bool:
    return request.GET.get("next", "").startswith("/admin/")


@require_http_methods(["GET", "POST"])
@sign_in_again_first
def identities(request: PortalRequest) -> HttpResponse:
    """What the reader can sign in with besides the password; ``?disconnect=`` asks before it is
    disconnected."""
    if request.method == "POST":
        return _disconnect(request, _chosen(request, request.POST.get("identity")))
    names = provider_names(request)
    if "disconnect" in request.GET:
        identity = _chosen(request, request.GET["disconnect"])
        name = names.get(identity.provider, identity.provider)
        context = {
            "identity": identity,
            "name": name,
            "crumbs": _crumbs(_("Disconnect %(name)s") % {"name": name}),
        }
        return render(request, "socialaccount/disconnect.html", context)
    own = list(SocialAccount.objects.filter(user=request.user).order_by("date_joined"))
    connected = [
        {
            "pk": one.pk,
            "provider": one.provider,
            "name": names.get(one.provider, one.provider),
            "email": one.extra_data.get("email", ""),
        }
        for one in own
    ]
    can_connect = bool(set(names) - {one.provider for one in own})
    return render(
        request, "socialaccount/connections.html", {"identities": connected, "can_connect": can_connect}
    )


def _crumbs(here: str) -> list[tuple[str, str]]:
    above = [
        ("profile", _("Profile")),
        ("security", _("Security")),
        ("socialaccount_connections", _("Other ways to sign in")),
    ]
    return [*((label, reverse(name)) for name, label in above), (here, "")]


def _chosen(request: PortalRequest, pk: str | None) -> SocialAccount:
    form = IdentityForm({"identity": pk}, user=request.user)
    if not form.is_valid():
        raise Http404
    identity: SocialAccount = form.cleaned_data["identity"]
    return identity


def _disconnect(request: PortalRequest, identity: SocialAccount) -> HttpResponse:
    names = provider_names(request)
    name = names.get(identity.provider, identity.provider)
    try:
        disconnect_identity(
            actor=Actor.of(request), identity=identity, policy=request.sign_in_policy, providers=list(names)
        )
    except OnlyWayIn:
        messages.error(
            request,
            _("%(name)s is your only way to sign in. Connect another one or set a password first.")
            % {"name": name},
        )
        return redirect("socialaccount_connections")
    messages.success(request, _("%(name)s is disconnected.") % {"name": name})
    get_adapter(request).send_notification_mail(
        "socialaccount/email/account_disconnected", request.user, {"provider": name}
    )
    return redirect("socialaccount_connections")
