"""Locks for work that must not hold a transaction open, such as talking to another server."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection


@contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Yields whether this database session alone works on ``name``; False when another one does already.

    The lock belongs to the session, so it ends with the process, however that ends. Not for connections
    through a pooler that gives each transaction another session.
    """
    is_mine = _ask("pg_try_advisory_lock", name)
    try:
        yield is_mine
    finally:
        if is_mine:
            with suppress(Error):  # the session, and the lock with it, may be gone
                _ask("pg_advisory_unlock", name)


def _ask(function: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
