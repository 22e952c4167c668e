"""Querysets whose SQL is made once in a process, and parsed and planned once in a connection.

Django makes the SQL of a queryset anew for every request, and PostgreSQL plans it anew. Of a large one that
costs more than to answer it, and the text is always the same: only the values in it differ. ``rows`` keeps
the text as a prepared statement, and hands it over with other values.

``shape`` names the text: everything that the text depends on must be in it (the scope of a permission, the
order, whether a column is compared with a value or with NULL), and nothing that a person types: the texts are
kept for ever.
"""

import uuid
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Generic, Self, TypeVar

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import InterfaceError, OperationalError, connections, models
from django.db.backends.postgresql.base import TIMESTAMPTZ_OID
from psycopg import Cursor, adapters
from psycopg.pq import Format
from psycopg.sql import Literal

M = TypeVar("M", bound=models.Model)

_MOMENTS = adapters.get_loader(TIMESTAMPTZ_OID, Format.TEXT)

checked: set[Hashable] | None = None
"""Shapes whose text was compared with what Django makes of the real values; None where nobody asks for that.
The test suite does, and forgets them before each test."""


def rows(
    shape: Hashable,
    build: Callable[..., models.QuerySet[M]],
    *,
    spare: Collection[str] = (),
    **values: Any,
) -> list[M]:
    """The rows of ``build(**values)``. Values are numbers, lists of numbers, texts, moments, days or UUIDs,
    used in the queryset as they are, and each at least once, but for the ``spare`` ones. Related rows may be
    prefetched by name, not by a queryset.

    ValueError, when the text is made, for anything else."""
    if shape not in _kept:
        _kept[shape] = _Compiled.of(build, values, spare)
    compiled: _Compiled[M] = _kept[shape]
    if checked is not None and shape not in checked:
        compiled.check(build(**values), values)
        checked.add(shape)
    return compiled.run(values)


@dataclass(frozen=True)
class _Compiled(Generic[M]):
    """``sql`` and ``parameters`` are Django's; ``sql`` is empty where nothing can be found. ``places``:
    position among the parameters → name of the value. ``statement`` has only those: what is always the same
    is part of its text, so that indexes of some rows only (of waiting cases, for example) can be planned
    with. ``converters``: position among the columns → what makes Python's values of the database's."""

    queryset: models.QuerySet[M]
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]
    places: dict[int, str]
    statement: str
    converters: dict[int, Any]

    @classmethod
    def of(
        cls, build: Callable[..., models.QuerySet[M]], values: dict[str, Any], spare: Collection[str]
    ) -> "_Compiled[M]":
        """Made twice with different stand-ins: where the parameters differ, there the values go."""
        first, second = (
            {name: _stand_in(value, number, turn) for number, (name, value) in enumerate(values.items())}
            for turn in (0, 1)
        )
        queryset = build(**first)
        _refuse_prefetched(queryset)
        compiler: Any = queryset.query.get_compiler(queryset.db)
        sql, parameters = _text(compiler)
        other_sql, others = _text(build(**second).query.get_compiler(queryset.db))
        names = {_fixed(value): name for name, value in first.items()}
        differing = {
            place: _fixed(one)
            for place, (one, other) in enumerate(zip(parameters, others, strict=True))
            if one != other
        }
        if sql != other_sql or not all(one in names for one in differing.values()):
            raise ValueError(
                "The values of a compiled queryset must stand in it as they "
                "are, and must not change its text."
            )
        places = {place: names[one] for place, one in differing.items()}
        if sql and (unused := values.keys() - places.values() - set(spare)):
            raise ValueError(f"No value of a compiled queryset: {', '.join(sorted(unused))}.")
        converters = compiler.get_converters([column for column, *_named in compiler.select]) if sql else {}
        statement = _filled_in(sql, parameters, places, connections[queryset.db])
        return cls(queryset, compiler, sql, parameters, places, statement, converters)

    def bound(self, values: dict[str, Any]) -> dict[int, Any]:
        """Place → value."""
        return {place: _alike(self.parameters[place], values[name]) for place, name in self.places.items()}

    def run(self, values: dict[str, Any]) -> list[M]:
        if not self.sql:
            return []
        connection = connections[self.queryset.db]
        found = [_fetched(connection, self.statement, tuple(self.bound(values).values()))]
        known = {
            "execute_sql": lambda *_args, **_options: found,
            "get_converters": lambda _columns: self.converters,
        }
        compiler = _like(self.compiler, connection=connection, **known)
        query = _like(self.queryset.query, get_compiler=lambda *_args, **_options: compiler)
        return list(_like(self.queryset, _query=query))

    def check(self, queryset: models.QuerySet[M], values: dict[str, Any]) -> None:
        made = _text(queryset.query.get_compiler(queryset.db))
        bound = self.bound(values)
        kept = self.sql, tuple(bound.get(place, one) for place, one in enumerate(self.parameters))
        assert made == kept, f"The shape of a compiled queryset leaves something out:\n{made}\n{kept}"  # noqa: S101 -- for tests


def _filled_in(sql: str, parameters: tuple[Any, ...], places: dict[int, str], connection: Any) -> str:
    """With placeholders for the values in ``places`` alone."""
    connection.ensure_connection()
    written = (Literal(value).as_string(connection.connection).replace("%", "%%") for value in parameters)
    return sql.replace("%%", "%%%%") % tuple(
        "%s" if place in places else text for place, text in enumerate(written)
    )


class _PreparedCursor(Cursor[Any]):
    """Of a statement that was prepared before, psycopg tells no text; Django's log of queries asks for it."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        super().execute(query, params, prepare=settings.PREPARED_STATEMENTS)
        self._query: Any = SimpleNamespace(query=query.encode())
        return self


def _fetched(connection: Any, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
    """The first statement of a request, which only reads, is its health check, too: where the database has
    closed the connection since the last one, it is asked again over another. Django would ask something else
    first."""
    is_tried = connection.connection and connection.health_check_enabled and not connection.in_atomic_block
    is_checked, connection.health_check_done = connection.health_check_done, True
    try:
        return _answered(connection, sql, parameters)
    except (OperationalError, InterfaceError):
        if is_checked or not is_tried or connection.is_usable():
            raise
    connection.close()
    return _answered(connection, sql, parameters)


def _answered(connection: Any, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
    """By a cursor of its own kind, but opened as Django opens its own, so that what watches queries sees
    it.

    Django reads moments in Python, in whichever zone the settings give a database; psycopg reads those of a
    session in UTC in C, and a list's page has a hundred of them."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor: Any = _PreparedCursor(connection.connection)
        if connection.timezone is UTC:
            cursor.adapters.register_loader(TIMESTAMPTZ_OID, _MOMENTS)
    with connection._prepare_cursor(cursor) as prepared:
        prepared.execute(sql, parameters)
        found: list[Any] = prepared.fetchall()
        return found


_kept: dict[Hashable, _Compiled[Any]] = {}


def _like(one: Any, **changes: Any) -> Any:
    """The same object with other attributes; Django's own copies are made all through."""
    other = object.__new__(type(one))
    other.__dict__ = {**one.__dict__, **changes}
    return other


def _refuse_prefetched(queryset: models.QuerySet[Any]) -> None:
    lookups: Any = queryset._prefetch_related_lookups  # type: ignore[attr-defined]
    for lookup in lookups:
        if isinstance(lookup, models.Prefetch) and lookup.queryset is not None:
            raise ValueError(
                f"A compiled queryset cannot prefetch {lookup.prefetch_to} by a queryset of its own: "
                "that one would ask for the stand-ins, and not for the values."
            )


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _alike(stand_in: Any, value: Any) -> Any:
    """psycopg's numbers tell the width of their column: a value is made of the same kind as its stand-in."""
    if isinstance(stand_in, list):
        return [_alike(stand_in[0], each) for each in value]
    return type(stand_in)(value) if isinstance(stand_in, int) else value


def _text(compiler: Any) -> tuple[str, tuple[Any, ...]]:
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return "", ()
    return sql, tuple(parameters)


def _stand_in(value: Any, number: int, turn: int) -> Any:
    """Something of the same kind, unlike all others, that fits into the narrowest column."""
    unlike = 20_000 + 2 * number + turn
    return [unlike] if isinstance(value, list) else _one_like(value, unlike)


def _one_like(value: Any, unlike: int) -> Any:
    match value:
        case bool() | None:
            raise TypeError("What is true, false or NULL belongs to the shape.")
        case int():
            return unlike
        case str():
            return f"stand-in {unlike}"
        case date():
            moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=unlike)
            return moment if isinstance(value, datetime) else moment.date()
        case uuid.UUID():
            return uuid.UUID(int=unlike)
    raise TypeError(f"No stand-in for {type(value).__name__}.")
