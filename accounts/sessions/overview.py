"""Where a user is signed in, for the user's own page.

allauth keeps a row of each sign-in (UserSession) and learns late, or never, that a session is over. Whether
it still opens anything is read off the session itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.http import PortalRequest
from accounts.models import SignInPolicy, User
from accounts.sessions.limits import SEEN, STARTED, is_over
from lib.browsers import browser_name

MOST = 200
"""Sessions that a page lists, the latest first."""


@dataclass(frozen=True)
class LiveSession:
    pk: int | None
    """None where no row tells of the session."""
    browser: str
    client_ip: str
    started_at: datetime
    seen_at: datetime
    is_here: bool


def live_sessions(request: PortalRequest) -> list[LiveSession]:
    """The sessions with which somebody is signed in as the reader now. The reader's own is among them even if
    no row tells of it, as for some minutes after staff have set a password of their own in the
    administration."""
    user, here = request.user, request.session.session_key
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk")[:MOST])
    if here not in {row.session_key for row in rows}:
        rows.insert(
            0,
            UserSession(
                session_key=here, ip=request.client_ip, user_agent=request.headers.get("User-Agent", "")
            ),
        )
    stored = Session.objects.filter(
        session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
    )
    contents = {session.session_key: session.get_decoded() for session in stored}
    found = [(row, contents.get(row.session_key, {})) for row in rows]
    return [
        _live_session(row, content, here)
        for row, content in found
        if _opens(content, user, request.sign_in_policy)
    ]


def _opens(content: dict[str, Any], user: User, policy: SignInPolicy) -> bool:
    """A new password ends the sessions of the old one: the hash is no longer that of the user."""
    hashes = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    is_of_user = content.get(SESSION_KEY) == str(user.pk) and content.get(HASH_SESSION_KEY) in hashes
    return is_of_user and not is_over(content, policy)


def _live_session(row: UserSession, content: dict[str, Any], here: str | None) -> LiveSession:
    return LiveSession(
        pk=row.pk,
        browser=browser_name(row.user_agent),
        client_ip=row.ip,
        started_at=_moment(content.get(STARTED)) or row.created_at,
        seen_at=_moment(content.get(SEEN)) or row.last_seen_at,
        is_here=row.session_key == here,
    )


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
