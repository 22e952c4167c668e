"""The reader's own data: take it along, or ask to be forgotten."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.personal_data import ask_for_erasure, withdraw_erasure
from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.second_factor.reauthentication import sign_in_again_first
from accounts.views.profile.tabs import profile_tabs
from portal.personal_data import export_personal_data


@require_safe
@sign_in_again_first
def personal_data(request: PortalRequest) -> HttpResponse:
    return render(
        request,
        "portal/personal_data.html",
        {"tabs": profile_tabs("personal_data"), "asked_at": request.user.erasure_asked_at},
    )


@require_POST
@sign_in_again_first
def personal_data_download(request: PortalRequest) -> HttpResponseBase:
    name = f"my-data-{timezone.localdate():%Y-%m-%d}.json"
    return FileResponse(
        export_personal_data(request), as_attachment=True, filename=name, content_type="application/json"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_again_first
def erasure(request: PortalRequest) -> HttpResponse:
    """GET asks once more and says what will happen."""
    if request.method == "POST":
        if ask_for_erasure(actor=Actor.of(request), user=request.user):
            messages.success(request, _("We have received your request and sent you an email to confirm it."))
        return redirect("personal_data")
    crumbs = [
        (_("Profile"), reverse("profile")),
        (_("Your data"), reverse("personal_data")),
        (_("Request erasure"), ""),
    ]
    return render(request, "portal/erasure.html", {"crumbs": crumbs})


@require_POST
@sign_in_again_first
def erasure_withdraw(request: PortalRequest) -> HttpResponse:
    if withdraw_erasure(actor=Actor.of(request), user=request.user):
        messages.success(request, _("Your request has been withdrawn. Nothing has changed."))
    return redirect("personal_data")
