"""Django's sessions in the database, read by a query whose text is made once."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone

from portal.lib import compiled


class SessionStore(DatabaseStore):
    def _get_session_from_db(self) -> Session | None:
        found = compiled.rows("session", _session, key=str(self.session_key), now=timezone.now())
        if not found:
            self._session_key = None
        return next(iter(found), None)


def _session(key: str, now: datetime) -> models.QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
