from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.actions.sign_ins import accept_terms
from accounts.actors import Actor
from accounts.http import PortalRequest
from lib import markdown


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: PortalRequest) -> HttpResponse:
    """Everybody may read the terms of use; whoever is signed in accepts them, when asked to, before going
    on."""
    policy = request.sign_in_policy
    if not policy.terms:
        return redirect("home")
    is_signed_in = bool(request.user.is_authenticated)
    if request.method == "POST":
        return _accept(request, is_signed_in=is_signed_in)
    context = {
        "terms_html": markdown.cleaned(markdown.render(policy.terms)),
        "changed_on": policy.terms_changed_on,
        "is_asked": is_signed_in and policy.asks_terms_of(request.user),
        "next": request.GET.get("next", ""),
    }
    return render(request, "accounts/terms.html", context)


def _accept(request: PortalRequest, *, is_signed_in: bool) -> HttpResponse:
    if not is_signed_in:
        return redirect_to_login(request.path)
    if request.sign_in_policy.asks_terms_of(request.user):
        accept_terms(actor=Actor.of(request), user=request.user)
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(target) if is_ours else redirect("home")
