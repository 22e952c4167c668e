from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.join_requests import joinable_accounts
from accounts.actions.profile import change_profile
from accounts.actors import Actor
from accounts.forms.profile import ProfileForm
from accounts.http import PortalRequest
from accounts.views.profile.tabs import profile_tabs


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PortalRequest) -> HttpResponse:
    """The reader as the active contact, or as a user without one."""
    if request.contact is None and "acting_as" in request.POST:
        raise PermissionDenied("The form was shown to a contact that is no longer the user's.")
    form = ProfileForm(
        request.POST if request.method == "POST" else None, user=request.user, contact=request.contact
    )
    if form.is_valid():
        change_profile(actor=Actor.of(request), user=request.user, changes=form.changes)
        messages.success(request, _("Your profile has been saved."))
        return redirect("profile")
    context = {
        "form": form,
        "tabs": profile_tabs("profile"),
        "may_join": joinable_accounts(request.user).exists(),
    }
    return render(request, "accounts/profile/profile.html", context)
