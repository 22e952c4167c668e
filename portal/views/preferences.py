from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.acting import ACTIVE_CONTACT
from lib.theme import THEMES
from portal.site.http import SiteRequest

ONE_YEAR = 365 * 24 * 60 * 60


class SwitchForm(forms.Form):
    contact = forms.IntegerField()


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in this browser; anything else follows the system again."""
    response = _back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme")
    return response


@require_POST
def switch_contact(request: SiteRequest) -> HttpResponse:
    """Go on as another of the user's own contacts, at home: the page left behind may belong to the other
    account."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise Http404
    contact = next(
        (contact for contact in request.contacts if contact.pk == form.cleaned_data["contact"]), None
    )
    if contact is None:
        raise Http404
    request.session[ACTIVE_CONTACT] = contact.pk
    return redirect("home")


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(target)
    return redirect("home")
