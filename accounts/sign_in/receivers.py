"""The signals of Django and allauth that the portal listens to. Between our own apps there are none."""

from typing import Any

from allauth.socialaccount.signals import social_account_added
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from accounts.actions.sign_ins import record_identity_change
from accounts.actors import Actor
from accounts.preview.session import End, end
from accounts.sessions.limits import start_session
from lib.client_ip import client_ip


def note_start_of_session(request: HttpRequest, **_: Any) -> None:
    start_session(request)


def end_preview(request: HttpRequest, **_: Any) -> None:
    """Signing out, by hand or by the session's limits, ends the preview, and the log says so."""
    end(request, End.SIGN_OUT)


def note_connected_identity(request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    user = sociallogin.user
    record_identity_change(
        actor=Actor(user=user, client_ip=client_ip(request)),
        user=user,
        provider=sociallogin.account.provider,
        is_connected=True,
    )


def connect() -> None:
    user_logged_in.connect(note_start_of_session, dispatch_uid="accounts.note_start_of_session")
    user_logged_out.connect(end_preview, dispatch_uid="accounts.end_preview")
    social_account_added.connect(note_connected_identity, dispatch_uid="accounts.note_connected_identity")
