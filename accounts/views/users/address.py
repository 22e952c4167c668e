from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.addresses import AddressChange, confirm_address, owner_of
from accounts.actors import Actor
from accounts.http import PortalRequest


@require_http_methods(["GET", "HEAD", "POST"])
def contact_address_confirm(request: PortalRequest, token: str) -> HttpResponse:
    """The contact, signed in, confirms the address that a manager wrote for them. The link alone does
    nothing."""
    change = AddressChange.of(token)
    contact = owner_of(change, request.user) if change else None
    if change is None or contact is None:
        return render(request, "accounts/users/contact_address_dead.html", status=404)
    if request.method == "POST":
        try:
            confirm_address(actor=Actor.of(request), change=change)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(
                request,
                _("Your address is now %(email)s. How you sign in has not changed.") % {"email": change.new},
            )
        return redirect("profile")
    return render(
        request, "accounts/users/contact_address_confirm.html", {"change": change, "contact": contact}
    )
