"""What the portal stands on is away (database, files, cache): the one place that knows what that looks like.

Views need not ask: an error that they let through becomes the page for 503 (portal.views.errors).
"""

import errno
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import Error, InterfaceError, InternalError, OperationalError, connection

T = TypeVar("T")

logger = logging.getLogger(__name__)

READ_ONLY = "25006"
"""PostgreSQL's code for a write that it refuses because the transaction, or the server, is read-only."""

DISK_TROUBLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
"""The disk is full, or takes nothing for another reason that passes or is ours to mend."""

DATABASE, FILES = "database", "files"

WAITS = (0.2, 1, 2, 4, 8, 15, 30, 30, 30, 30, 30, 60, 60)
"""Seconds between the attempts of ``until_database_answers``: five minutes in all."""


class StorageError(OSError):
    """The place where files are kept does not answer."""


def outage_of(error: BaseException | None) -> str | None:
    """What is away, if this error says so."""
    if isinstance(error, OperationalError | InterfaceError) or is_read_only(error):
        return DATABASE
    if isinstance(error, StorageError) or (isinstance(error, OSError) and error.errno in DISK_TROUBLE):
        return FILES
    return None


def is_read_only(error: BaseException | None) -> bool:
    return isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", "") == READ_ONLY


def until_database_answers(write: Callable[[], T]) -> T:
    """Do ``write`` again while the database is away. For noting what has happened outside and cannot be
    undone, such as a mail that left; a page must not wait like this."""
    for wait in WAITS:
        try:
            return write()
        except Error as error:
            if outage_of(error) != DATABASE:
                raise
            connection.close()
            time.sleep(wait)
    return write()


@dataclass
class Rest:
    """After a service has failed to answer, this process goes on without it, and asks again now and then.

    That it went away and that it is back are one line each in the log, however many requests notice.
    """

    service: str
    seconds: float = 10
    _until: float | None = field(default=None, init=False)

    def is_on(self) -> bool:
        if self._until is None:
            return False
        now = time.monotonic()
        if now < self._until:
            return True
        self._until = now + self.seconds  # the others go on without it while this one asks
        return False

    def begin(self, error: BaseException) -> None:
        if self._until is None:
            logger.error("%s does not answer: %s", self.service, error)
        self._until = time.monotonic() + self.seconds

    def end(self) -> None:
        if self._until is not None:
            logger.warning("%s answers again", self.service)
        self._until = None
