"""The one way to lock. Rows stay locked until the transaction ends (``locked`` and its like); ``exclusive``
is for work that must not hold a transaction open, such as talking to another server.

An action locks the row that its rule is about before it asks anything of it, and goes on with what it is
given: what the caller had read is old by then. Several rows are locked in the order of their keys, a parent
before its children, so that no two actions wait for each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar, cast

from django.db import Error, connection, models

M = TypeVar("M", bound=models.Model)


def locked(row: M, *related: str, deletes: bool = False) -> M:
    """The row as it is now, with what it points to (``related``). Raises DoesNotExist where it is gone.

    The lock is the one that an UPDATE takes: others may go on writing rows that point to this one. An action
    that deletes the row, because nothing points to it, says ``deletes``.
    """
    model = cast("type[M]", row._meta.model)  # not type(row): the user of a request is lazy
    return locked_by_key(model, row.pk, *related, deletes=deletes)


def locked_by_key(model: type[M], pk: Any, *related: str, deletes: bool = False) -> M:
    """The same where only the key is known, as in a job."""
    rows = model._base_manager.select_for_update(no_key=not deletes)
    if not related:
        return rows.get(pk=pk)
    # Locked first, read afterwards: PostgreSQL does not find a row by a join that changes while it waits.
    rows.only("pk").get(pk=pk)
    return model._base_manager.select_related(*related).get(pk=pk)


def locked_rows(rows: models.QuerySet[M]) -> list[M]:
    """Those of the rows that still fit once they are locked, as they are then, in their own order."""
    return list(rows.filter(pk__in=lock_keys(rows)))


def lock_keys(rows: models.QuerySet[Any]) -> list[Any]:
    """Lock the rows in the order of their keys, which are returned."""
    ordered = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(ordered.values_list("pk", flat=True))


def unlocked(rows: models.QuerySet[M]) -> models.QuerySet[M]:
    """Those that nobody is at, locked as they are read: for work that can be left to whoever is at it."""
    return rows.select_for_update(skip_locked=True, of=("self",), no_key=True)


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
