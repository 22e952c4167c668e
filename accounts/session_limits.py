"""How long a session lasts: so many hours whatever happens, and so many minutes without a click (SignInPolicy)."""

import time

from django.http import HttpRequest

from accounts.models import SignInPolicy

STARTED, SEEN = "signed_in_at", "seen_at"
"""Session keys, in seconds since 1970."""

LONGEST_INTERVAL = 5 * 60


def start_session(request: HttpRequest) -> None:
    request.session[STARTED] = request.session[SEEN] = int(time.time())


def is_over(request: HttpRequest, policy: SignInPolicy) -> bool:
    now = time.time()
    started: float = request.session.get(STARTED, now)
    seen: float = request.session.get(SEEN, now)
    return now - started > policy.session_hours * 3600 or now - seen > policy.idle_minutes * 60


def note_click(request: HttpRequest, policy: SignInPolicy) -> None:
    """Written at most every five minutes, and ten times within the minutes that a session may rest."""
    if STARTED not in request.session:
        start_session(request)
    elif time.time() - request.session[SEEN] >= min(LONGEST_INTERVAL, policy.idle_minutes * 6):
        request.session[SEEN] = int(time.time())
