"""Django's sessions in the database."""

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from lib.outages import outage_of


class SessionStore(DatabaseStore):
    def save(self, must_create: bool = False) -> None:
        """Django takes any database error for a session that has ended, and answers 400. An outage passes."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if error.__context__ and outage_of(error.__context__):
                raise error.__context__ from error
            raise
