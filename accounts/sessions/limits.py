"""How long a session lasts: so many hours whatever happens, and so many minutes without a click
(SignInPolicy)."""

import time
from collections.abc import Mapping
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import SignInPolicy

STARTED, SEEN = "signed_in_at", "seen_at"
"""Session keys, in seconds since 1970."""

LONGEST_INTERVAL = 5 * 60


def start_session(request: HttpRequest) -> None:
    request.session[STARTED] = request.session[SEEN] = int(time.time())


def is_over(session: SessionBase | Mapping[str, Any], policy: SignInPolicy) -> bool:
    now = time.time()
    started: float = session.get(STARTED, now)
    seen: float = session.get(SEEN, now)
    return now - started > policy.session_hours * 3600 or now - seen > policy.idle_minutes * 60


def note_click(request: HttpRequest, policy: SignInPolicy) -> None:
    """Written at most every five minutes, and ten times within the minutes that a session may rest.

    The list of a person's sessions is told then, too: an address may have changed on the way.
    """
    if (
        time.time() - request.session.get(SEEN, 0) < min(LONGEST_INTERVAL, policy.idle_minutes * 6)
        or not request.user.is_authenticated
    ):
        return
    if STARTED not in request.session:
        start_session(request)
    request.session[SEEN] = int(time.time())
    UserSession.objects.create_from_request(request)
