"""Several people at the same moment, each with a thread and a database connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

Result = TypeVar("Result")

commits = pytest.mark.django_db(transaction=True)
"""Marks a test whose threads must see each other's rows: it commits, and has the database copied anew afterwards."""


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
