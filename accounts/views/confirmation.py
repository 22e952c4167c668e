from typing import cast

from allauth.account import views as allauth_views
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.stages import EmailVerificationStage, LoginStageController
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.forms.entrance import PasswordForm
from accounts.http import PortalRequest
from accounts.models import User


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: PortalRequest, key: str) -> HttpResponse:
    """Confirm an address: by somebody who reads its mail, as the link shows, and who is the user, which it
    does not.

    A stranger may have registered with this address. If its owner pressed the button, the stranger's password
    would open a sign-in with a proved address. So it takes the browser in which the user signs in, or else
    the password.
    """
    confirmation = EmailConfirmationHMAC.from_key(key)
    address = confirmation.email_address if confirmation else None
    if address is None or not address.can_set_verified() or _is_here(request, address.user):
        return _confirm(request, key)
    form = PasswordForm(request.POST if request.method == "POST" else None, user=address.user)
    if form.is_valid():
        return _confirm(request, key)
    context = {
        "form": form,
        "email": address.email,
        "key": key,
        "has_password": address.user.has_usable_password(),
    }
    return render(request, "account/email_confirm_elsewhere.html", context)


def _is_here(request: PortalRequest, user: User) -> bool:
    """Signed in, or in the midst of a sign-in or registration that waits for this confirmation."""
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    return request.user == user or bool(stage and stage.login.user == user)


def _confirm(request: PortalRequest, key: str) -> HttpResponse:
    return cast("HttpResponse", allauth_views.confirm_email(request, key=key))
