"""From a link or code to access. Nothing is consumed before the last POST, and never by anybody but the
invitee."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from allauth.core.ratelimit import respond_429
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.ownership import claimable_user
from accounts.actions.redemption import (
    AddressIsTaken,
    AlreadyAContact,
    NotTheInvitee,
    RedemptionRefused,
    local_user_for,
    redeem_as_new_user,
    redeem_as_user,
)
from accounts.actions.sign_ins import user_of
from accounts.actors import Actor
from accounts.forms.redeem import AddressForm, ConfirmationCodeForm, InvitationCodeForm, RegisterForm
from accounts.http import PortalRequest
from accounts.models import Invitation, SignInPolicy, User
from accounts.sign_in.pending_invitation import KEY, PendingInvitation
from lib.jobs import defer

LIMITS = {
    "open": "120/m/ip",
    "mail_code": "30/m/ip,1/30s/key,5/15m/key",
    "confirm": "60/m/ip",
    "ask": "20/m/ip,3/15m/key",
}
InvitationView = Callable[..., HttpResponse]


def within(request: HttpRequest, action: str, key: str = "") -> bool:
    return bool(
        ratelimit.consume(request, app="invitations", action=action, config=LIMITS, key=key, limit_get=True)
    )


def too_many(request: HttpRequest) -> HttpResponse:
    return cast("HttpResponse", respond_429(request))


def with_invitation(view: InvitationView) -> InvitationView:
    """For the steps after the link: hand over the invitation that was opened here, or say that it works no
    longer."""

    @wraps(view)
    def checked(request: PortalRequest) -> HttpResponse:
        pending = PendingInvitation(request)
        if not pending.exists:
            return redirect("redeem")
        invitation = pending.invitation()
        if invitation and _is_redeemer(request, invitation):
            return _welcome_back(request, pending)
        if invitation is None or not invitation.is_redeemable:
            return gone(request)
        return view(request, pending, invitation)

    return checked


@login_not_required
@require_http_methods(["GET", "POST"])
def redeem(request: PortalRequest) -> HttpResponse:
    """Type the code of an invitation by hand."""
    form = InvitationCodeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/redeem/redeem.html", {"form": form})
    return _open(request, form.cleaned_data["code"])


@login_not_required
@require_safe
def redeem_link(request: PortalRequest, code: str) -> HttpResponse:
    return _open(request, code)


@login_not_required
@require_http_methods(["GET", "POST"])
@with_invitation
def redeem_invitation(
    request: PortalRequest, pending: PendingInvitation, invitation: Invitation
) -> HttpResponse:
    """Whom it is for and what to do; for its owner, signed in, the one button that redeems it."""
    address = pending.own_address(invitation)
    if request.method == "POST" and _is_signed_in(request) and address:
        return _redeem_as_user(request, pending, invitation, address)
    status = 403 if request.method == "POST" else 200
    return _show(request, pending, invitation, status)


@login_not_required
@require_POST
@with_invitation
def redeem_send_code(
    request: PortalRequest, pending: PendingInvitation, invitation: Invitation
) -> HttpResponse:
    """Mail a code to the invited address; for a group to the address that is typed, if the group is open to
    it."""
    form = AddressForm(request.POST) if invitation.is_group else None
    if form and form.is_valid() and not invitation.admits(form.cleaned_data["email"]):
        form.add_error(
            "email",
            _("This invitation is for addresses that end in @%(domain)s.") % {"domain": invitation.domain},
        )
    if form and not form.is_valid():
        return _show(request, pending, invitation, address_form=form)
    address = form.cleaned_data["email"] if form else invitation.email
    if within(request, "mail_code", f"{invitation.pk}:{address}"):
        pending.mail_code(address)
    elif pending.asked_address:
        messages.info(request, _("We just sent you a code. It can take a minute to arrive."))
    else:
        messages.info(
            request,
            _(
                "Codes were emailed to this address a moment ago, possibly for someone else. Wait a "
                "moment, then try again."
            ),
        )
        return redirect("redeem_invitation")
    return redirect("redeem_confirm")


@login_not_required
@require_http_methods(["GET", "POST"])
@with_invitation
def redeem_confirm(
    request: PortalRequest, pending: PendingInvitation, invitation: Invitation
) -> HttpResponse:
    """Prove the address with the code that was mailed to it."""
    asked = pending.asked_address
    if not asked:
        return redirect("redeem_invitation")
    form = ConfirmationCodeForm(request.POST or None)
    if form.is_valid() and within(request, "confirm") and pending.confirm(form.cleaned_data["code"]):
        return _go_on(request, asked)
    if form.is_valid() and not pending.asked_address:
        messages.error(
            request, _("The code has expired, or there were too many incorrect attempts. Request a new code.")
        )
        return redirect("redeem_invitation")
    if form.is_valid():
        form.add_error("code", _("This is not the code we sent."))
    return render(
        request, "accounts/redeem/confirm.html", {"form": form, "invitation": invitation, "asked": asked}
    )


@login_not_required
@require_http_methods(["GET", "POST"])
@with_invitation
def redeem_register(
    request: PortalRequest, pending: PendingInvitation, invitation: Invitation
) -> HttpResponse:
    """Create a sign-in for the proved address; it redeems the invitation in the same transaction."""
    address = pending.proved_address
    if not (address and invitation.admits(address) and _may_register(request)) or _is_signed_in(request):
        return redirect("redeem_invitation")
    form = RegisterForm(request.POST or None, address=address, initial=_names(invitation))
    if form.is_valid():
        return _redeem_as_new_user(request, pending, invitation, form)
    return render(request, "accounts/redeem/register.html", {"form": form, "address": address})


@login_not_required
@require_POST
def redeem_switch(request: PortalRequest) -> HttpResponse:
    """Sign out and go on with the same invitation as somebody else."""
    kept = PendingInvitation(request).carried_over()
    if _is_signed_in(request):
        get_adapter(request).logout(request)
    request.session[KEY] = kept
    return redirect("redeem_invitation")


@login_not_required
@require_http_methods(["GET", "POST"])
def redeem_new_link(request: PortalRequest) -> HttpResponse:
    """Ask for a new link. The answer is the same whether there is an invitation or not; a job looks, so its
    time is too."""
    form = AddressForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/redeem/new_link.html", {"form": form})
    email = form.cleaned_data["email"]
    if within(request, "ask", email):
        defer("accounts.tasks.answer_request_for_link", email=email, client_ip=request.client_ip)
    messages.success(
        request,
        _(
            "If there is an invitation for %(email)s, a new link is on its way. If nothing arrives, "
            "contact the person who invited you."
        )
        % {"email": email},
    )
    return redirect("redeem")


def gone(request: HttpRequest) -> HttpResponse:
    """One page for an unknown, used, expired or revoked invitation. What it links back to is no address with
    a code."""
    return render(
        request, "accounts/redeem/gone.html", {"form": AddressForm(), "here": reverse("redeem")}, status=410
    )


def _open(request: PortalRequest, code: str) -> HttpResponse:
    """Keep the invitation in the session and move to an address without the code."""
    if not within(request, "open"):
        return too_many(request)
    invitation = Invitation.objects.for_code(code).select_related("contact__account", "account").first()
    if invitation is None or not (invitation.is_redeemable or _is_redeemer(request, invitation)):
        return gone(request)
    PendingInvitation(request).remember(invitation)
    return redirect("redeem_invitation")


def _show(
    request: PortalRequest,
    pending: PendingInvitation,
    invitation: Invitation,
    status: int = 200,
    address_form: AddressForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "invitation": invitation,
        "account": invitation.contact.account if invitation.contact else invitation.account,
        "inviter": invitation.created_by.get_full_name() if invitation.created_by else "",
        "address": pending.own_address(invitation),
        "proved_address": pending.proved_address,
        "address_form": address_form or (AddressForm() if invitation.is_group else None),
        "may_register": _may_register(request),
        "login_url": f"{reverse('account_login')}?next={reverse('redeem_invitation')}",
    }
    name = "accept" if _is_signed_in(request) else "visitor"
    return render(request, f"accounts/redeem/{name}.html", context, status=status)


def _redeem_as_user(
    request: PortalRequest, pending: PendingInvitation, invitation: Invitation, address: str
) -> HttpResponse:
    try:
        redeem_as_user(actor=Actor.of(request), invitation=invitation, user=request.user, address=address)
    except RedemptionRefused as refusal:
        return _refused(request, refusal)
    return _welcome(request, pending)


def _redeem_as_new_user(
    request: PortalRequest, pending: PendingInvitation, invitation: Invitation, form: RegisterForm
) -> HttpResponse:
    created: list[User] = []
    actor = Actor(client_ip=request.client_ip)

    def create_user() -> User:
        data = form.cleaned_data
        names = {"first_name": data["first_name"], "last_name": data["last_name"]}
        created.append(local_user_for(actor=actor, address=form.address, password=data["password1"], **names))
        return created[0]

    try:
        redeem_as_new_user(actor=actor, invitation=invitation, address=form.address, create_user=create_user)
    except RedemptionRefused as refusal:
        return _refused(request, refusal)
    pending.forget()
    login = Login(user=created[0], email=form.address, redirect_url=reverse("home"))
    response: HttpResponse = perform_password_login(request, {"email": form.address}, login)
    return response


def _refused(request: PortalRequest, refusal: RedemptionRefused) -> HttpResponse:
    if isinstance(refusal, AddressIsTaken):
        return _sign_in_first(request)
    if isinstance(refusal, AlreadyAContact):
        messages.info(request, _("You are already a contact of this company. The invitation was not used."))
        return redirect("home")
    if isinstance(refusal, NotTheInvitee):
        return redirect("redeem_invitation")
    return gone(request)


def _go_on(request: PortalRequest, address: str) -> HttpResponse:
    """After the proof: who has a sign-in with the address uses it; only its owner learns that there is one.
    Whose access was reset, or whose address a stranger had registered, has nothing to use, and chooses a
    password."""
    if _is_signed_in(request):
        return redirect("redeem_invitation")
    if user_of(address) and not claimable_user(address):
        return _sign_in_first(request)
    return redirect("redeem_register")


def _sign_in_first(request: PortalRequest) -> HttpResponse:
    messages.info(request, _("This address is already registered. Sign in, then accept the invitation."))
    return redirect_to_login(reverse("redeem_invitation"))


def _is_signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def _is_redeemer(request: PortalRequest, invitation: Invitation) -> bool:
    return _is_signed_in(request) and invitation.redemptions.filter(user=request.user).exists()


def _welcome(request: PortalRequest, pending: PendingInvitation) -> HttpResponse:
    messages.success(request, _("Welcome! You now have access."))
    return _welcome_back(request, pending)


def _welcome_back(request: PortalRequest, pending: PendingInvitation) -> HttpResponse:
    pending.forget()
    return redirect("home")


def _may_register(request: PortalRequest) -> bool:
    policy = request.sign_in_policy
    return policy.local_sign_in and policy.registration != SignInPolicy.Registration.CLOSED


def _names(invitation: Invitation) -> dict[str, str]:
    contact = invitation.contact
    return {"first_name": contact.first_name, "last_name": contact.last_name} if contact else {}
