from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PortalRequest
from accounts.security import security_rows, unconfirmed_address
from accounts.views.profile.tabs import profile_tabs


@require_safe
def security(request: PortalRequest) -> HttpResponse:
    context = {
        "tabs": profile_tabs("security"),
        "rows": security_rows(request),
        "unconfirmed": unconfirmed_address(request.user),
    }
    return render(request, "accounts/profile/security.html", context)


@require_POST
def send_address_confirmation(request: PortalRequest) -> HttpResponse:
    """Mail the link again. allauth sends it at most every three minutes, and says so itself when it does."""
    sync_user_email_address(request.user)
    address = EmailAddress.objects.get_new(request.user)
    if address and not send_verification_email_to_address(request, address):
        messages.info(
            request,
            _("An email to %(email)s is already on its way. Check your spam folder too.")
            % {"email": address.email},
        )
    return redirect("security")
