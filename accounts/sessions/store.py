"""Django's sessions in the database, read by a query whose text is made once."""

from datetime import datetime

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone

from lib import compiled
from lib.outages import outage_of


class SessionStore(DatabaseStore):
    def _get_session_from_db(self) -> Session | None:
        found = compiled.rows("session", _session, key=str(self.session_key), now=timezone.now())
        if not found:
            self._session_key = None
        return next(iter(found), None)

    def save(self, must_create: bool = False) -> None:
        """Django takes any database error for a session that has ended, and answers 400. An outage passes."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if error.__context__ and outage_of(error.__context__):
                raise error.__context__ from error
            raise


def _session(key: str, now: datetime) -> models.QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
