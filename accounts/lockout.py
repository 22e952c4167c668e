"""Locks an address after wrong passwords, whether anybody signs in with it or not.

Each attempt is counted before its password is compared, in one statement that the database carries out one at
a time for each address. So of any number of parallel guesses no more are compared than the policy allows.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import CharField, Exists, F, Func, OuterRef
from django.utils import timezone

from accounts.models import SignInFailure, SignInPolicy

LONGEST_MINUTES = 24 * 60
FORGOTTEN_AFTER = timedelta(days=7)
"""A row that has seen no attempt for so long goes, and the doubling with it."""

# The last attempt that is allowed sets the lock before its own password is compared; if that one is right,
# the row goes. While the lock holds nothing is written, so that the statement returns no row.
COUNT_ATTEMPT = f"""
INSERT INTO {SignInFailure._meta.db_table} AS held (key, failures, lockouts, locked_until, updated_at)
    VALUES (%(key)s, 1, 0, NULL, %(now)s)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN held.locked_until IS NULL THEN held.failures + 1 ELSE 1 END,
    lockouts = CASE WHEN held.locked_until IS NULL AND held.failures + 1 >= %(attempts)s
        THEN held.lockouts + 1 ELSE held.lockouts END,
    locked_until = CASE WHEN held.locked_until IS NULL AND held.failures + 1 >= %(attempts)s
        THEN %(now)s + LEAST(%(minutes)s * 2 ^ LEAST(held.lockouts, 11), %(longest)s) * INTERVAL '1 minute'
        END,
    updated_at = %(now)s
WHERE held.locked_until IS NULL OR held.locked_until <= %(now)s
RETURNING locked_until
"""  # noqa: S608 -- the table's name is no input


@dataclass(frozen=True)
class Attempt:
    """``is_allowed``: its password may be compared. ``locked_until``: set if this was the last one before the
    lock."""

    is_allowed: bool
    locked_until: datetime | None = None


def count_attempt(email: str, policy: SignInPolicy) -> Attempt:
    return _count(key_of(email), policy.lockout_attempts, policy.lockout_minutes)


def count_guess(secret: str, *, attempts: int, minutes: int) -> Attempt:
    """The same for guesses at a code that was mailed and holds for so many minutes."""
    return _count(key_of(secret), attempts, minutes)


def _count(key: str, attempts: int, minutes: int) -> Attempt:
    values: dict[str, str | int | datetime] = {
        "key": key,
        "now": timezone.now(),
        "attempts": attempts,
        "minutes": minutes,
        "longest": LONGEST_MINUTES,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ATTEMPT, values)
        row = cursor.fetchone()
    return Attempt(is_allowed=row is not None, locked_until=row[0] if row else None)


def take_back(email: str, attempt: Attempt) -> None:
    """For an attempt whose password was not compared after all: a limit on the client's address stopped
    it."""
    rows = SignInFailure.objects.filter(key=key_of(email), failures__gt=0)
    if attempt.locked_until:
        rows.filter(locked_until=attempt.locked_until).update(
            failures=F("failures") - 1, lockouts=F("lockouts") - 1, locked_until=None
        )
    else:
        rows.update(failures=F("failures") - 1)


def forgive(emails: Iterable[str]) -> int:
    """Forget wrong passwords and locks of these addresses; returns for how many there were any."""
    return SignInFailure.objects.filter(key__in=[key_of(email) for email in emails]).delete()[0]


def forget_old() -> None:
    now = timezone.now()
    SignInFailure.objects.filter(updated_at__lt=now - FORGOTTEN_AFTER).exclude(locked_until__gt=now).delete()


def is_locked(email: str) -> bool:
    return SignInFailure.objects.filter(key=key_of(email), locked_until__gt=timezone.now()).exists()


class KeyOf(Func):
    """The key of the address in a column, for lists: what key_of makes of it."""

    template = "encode(sha256(convert_to(lower(trim(%(expressions)s)), 'UTF8')), 'hex')"
    output_field = CharField()


def locked_now(column: str) -> Exists:
    """For a list: whether the address in this column of the outer query is locked."""
    return Exists(SignInFailure.objects.filter(key=KeyOf(OuterRef(column)), locked_until__gt=timezone.now()))


def key_of(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()
