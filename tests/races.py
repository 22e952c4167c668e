"""Several people at the same moment, each with a thread and a database connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import TypeVar

import pytest
from django.db import connection

Result = TypeVar("Result")

commits = pytest.mark.django_db(transaction=True)
"""Marks a test whose threads must see each other's rows: it commits, and what it changed is put back
afterwards (tests/as_migrated.sql)."""


def hold_until(moved_on: Event) -> None:
    """Within a transaction: go on as soon as another one waits for it, or has moved on without having to."""
    while not moved_on.wait(0.01):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone() is not None:
                return


def at_once(count: int, work: Callable[[int], Result]) -> list[Result]:
    """Run ``work(number)`` in so many threads at the same moment."""
    barrier = Barrier(count)

    def run(number: int) -> Result:
        try:
            barrier.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
