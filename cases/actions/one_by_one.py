import logging
from collections.abc import Callable, Iterable

from django.db import transaction

logger = logging.getLogger(__name__)


def one_by_one(keys: Iterable[int], work: Callable[[int], bool]) -> int:
    """Do ``work`` for each row in a transaction of its own: one that fails does not stop the others, and no
    row is locked for longer than its own turn. Returns for how many there was something to do."""
    done = 0
    for key in list(keys):
        try:
            with transaction.atomic():
                done += work(key)
        except Exception:
            logger.exception("%s: row %s was left out", work.__module__, key)
    return done
