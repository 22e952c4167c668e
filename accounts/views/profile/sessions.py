"""Where the reader is signed in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.sessions import end_session, end_sessions
from accounts.actors import Actor
from accounts.forms.profile import SessionForm
from accounts.http import PortalRequest
from accounts.second_factor.reauthentication import sign_in_again_first
from accounts.sessions.overview import live_sessions


@require_safe
@sign_in_again_first
def session_list(request: PortalRequest) -> HttpResponse:
    sessions = live_sessions(request)
    has_others = any(not session.is_here for session in sessions)
    return render(
        request, "accounts/profile/session_list.html", {"sessions": sessions, "has_others": has_others}
    )


@require_POST
@sign_in_again_first
def session_end(request: PortalRequest) -> HttpResponse:
    form = SessionForm(request.POST)
    if not form.is_valid():
        raise Http404
    here = request.session.session_key
    if end_session(actor=Actor.of(request), user=request.user, pk=form.cleaned_data["session"], but=here):
        messages.success(
            request, _("Signed out. If you do not recognize that browser, change your password too.")
        )
    else:
        messages.info(request, _("You are no longer signed in there."))
    return redirect("session_list")


@require_POST
@sign_in_again_first
def session_end_others(request: PortalRequest) -> HttpResponse:
    end_sessions(actor=Actor.of(request), user=request.user, but=request.session.session_key)
    messages.success(request, _("You are now signed in only here."))
    return redirect("session_list")
