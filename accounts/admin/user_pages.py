"""The buttons on a user's page, and the questions before those that take something away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext

from accounts.actions.second_factor import remove_second_factors
from accounts.actions.sessions import end_sessions
from accounts.actions.sign_ins import unlock_user
from accounts.admin.base import actor_of, acts, asks, back_to, confirm, row_of
from lib.admin_parts import Admin, AdminPart


def unlock_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    user = row_of(model_admin, request, pk)
    unlock_user(actor=actor_of(request), user=user)
    messages.success(request, gettext("%(name)s can sign in again.") % {"name": user})
    return back_to(user)


def end_sessions_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    user = row_of(model_admin, request, pk)
    if request.method == "POST":
        ended = end_sessions(actor=actor_of(request), user=user, but=request.session.session_key)
        messages.success(
            request, ngettext("One session is ended.", "%(n)d sessions are ended.", ended) % {"n": ended}
        )
        return back_to(user)
    told = [
        gettext("%(name)s is signed out of every browser immediately and can sign in again at any time.")
        % {"name": user}
    ]
    return confirm(
        model_admin,
        request,
        user,
        gettext("End the sessions of %(name)s") % {"name": user},
        consequences=told,
        button=gettext("End sessions"),
    )


def remove_second_factors_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    user = row_of(model_admin, request, pk)
    if request.method == "POST":
        remove_second_factors(actor=actor_of(request), user=user)
        messages.success(request, gettext("Two-factor authentication is off."))
        return back_to(user)
    told = [
        gettext("The authenticator app, recovery codes, and remembered browsers of %(name)s are removed.")
        % {"name": user},
        gettext(
            "Make sure that the request really comes from %(name)s. Every confirmed address is "
            "notified by email."
        )
        % {"name": user},
    ]
    title = gettext("Remove two-factor authentication for %(name)s") % {"name": user}
    return confirm(
        model_admin,
        request,
        user,
        title,
        consequences=told,
        button=gettext("Remove two-factor authentication"),
    )


BUTTONS = AdminPart(
    (
        acts("unlock", unlock_view),
        asks("end_sessions", end_sessions_view),
        asks("remove_second_factors", remove_second_factors_view),
    )
)
