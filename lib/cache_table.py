"""Counters in a table of the database."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, connection

from lib.outages import outage_of


class TableCache(DatabaseCache):
    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        """Django takes any error for a row that somebody else was faster to write. In an outage, visitors
        would then be told that they have tried too often."""
        failed: list[DatabaseError] = []

        def noting(execute: Callable[..., Any], *statement: Any) -> Any:
            try:
                return execute(*statement)
            except DatabaseError as error:
                failed.append(error)
                raise

        with connection.execute_wrapper(noting):
            is_written = bool(super()._base_set(mode, key, value, timeout))  # type: ignore[misc]
        if not is_written and failed and outage_of(failed[0]):
            raise failed[0]
        return is_written
