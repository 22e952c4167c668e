import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")

WAITS = (0.2, 1, 2, 4, 8, 15, 30, 30, 30, 30, 30, 60, 60)
"""Seconds between the attempts: five minutes in all."""


def until_database_answers(write: Callable[[], T]) -> T:
    """Do ``write`` again while the database is away. For noting what has happened outside and cannot be undone, such as a
    mail that left; a page must not wait like this."""
    for wait in WAITS:
        try:
            return write()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(wait)
    return write()
