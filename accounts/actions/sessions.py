"""Ending sessions. Whoever uses an ended one is a visitor with their next click."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models, transaction

from accounts.actions.activity import record_for_user
from accounts.actors import Actor
from accounts.models import User
from lib.locks import locked


@transaction.atomic
def end_sessions(*, actor: Actor, user: User, but: str | None = None) -> int:
    """End the user's sessions, except the one with the session key ``but``. Returns how many there were."""
    return _end(actor, user, UserSession.objects.filter(user=user).exclude(session_key=but or ""))


@transaction.atomic
def end_session(*, actor: Actor, user: User, pk: int, but: str | None = None) -> bool:
    """End one session of the user. False if it is over already, the one with the key ``but``, or somebody
    else's."""
    return _end(actor, user, UserSession.objects.filter(user=user, pk=pk).exclude(session_key=but or "")) > 0


def forget_ended_sessions() -> None:
    """Address and browser of a sign-in are kept as long as its session, and no longer."""
    stored = Session.objects.filter(session_key=models.OuterRef("session_key"))
    UserSession.objects.filter(~models.Exists(stored)).delete()


def _end(actor: Actor, user: User, sessions: models.QuerySet[UserSession]) -> int:
    """The list may name sessions that are gone: only those that were there are told of. The lock keeps two
    browsers that end each other from waiting for each other."""
    locked(user)
    keys = list(sessions.values_list("session_key", flat=True))
    UserSession.objects.filter(user=user, session_key__in=keys).delete()
    ended: int = Session.objects.filter(session_key__in=keys).delete()[0]
    if ended:
        record_for_user(actor=actor, verb="session.ended", user=user, sessions=ended)
    return ended
