"""What waits for a contact, of every kind: each feature hands over gated rows of one shape, and one statement
unites them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.functions import Cast

MOST = 20
"""Of a kind."""
TEXT, DAY = models.CharField(), models.DateField()
MOMENT, MONEY = models.DateTimeField(), models.DecimalField(max_digits=14, decimal_places=2)
Value = str | models.expressions.Combinable


@dataclass(frozen=True)
class Waiting:
    """``key`` names the record in its address; ``label`` is a status in the customer's words, ``who`` the
    first name of whom it waits for instead of the reader, ``amount`` what is to be paid."""

    type: str
    key: str
    title: str
    label: str
    who: str
    since: datetime | None
    due: date | None
    amount: Decimal | None
    currency: str


def as_waiting(
    rows: models.QuerySet[Any],
    *,
    key: Value,
    title: Value,
    label: Value | None = None,
    who: Value | None = None,
    since: Value | None = None,
    due: Value | None = None,
    amount: Value | None = None,
    currency: Value | None = None,
) -> models.QuerySet[Any]:
    """``rows`` in an order that an index has; each value is the name of a field or an expression."""
    columns = {
        "type": models.Value(rows.model.record_type.name, output_field=TEXT),
        "key": _as(key, TEXT),
        "title": _as(title, TEXT),
        "label": _as(label, TEXT),
        "who": _as(who, TEXT),
        "since": _as(since, MOMENT),
        "due": _as(due, DAY),
        "amount": _as(amount, MONEY),
        "currency": _as(currency, TEXT),
    }
    named = {f"row_{name}": column for name, column in columns.items()}
    return rows.values(**named)[:MOST]


def united(parts: Iterable[models.QuerySet[Any]]) -> list[Waiting]:
    """By one statement: what is due first, then what has waited longest."""
    found = [part for part in parts if not part.query.is_empty()]
    if not found:
        return []
    first, *others = found
    rows = first.union(*others, all=True) if others else first
    return sorted(
        (Waiting(**{name.removeprefix("row_"): value for name, value in row.items()}) for row in rows),
        key=_urgency,
    )


def _as(value: Value | None, field: models.Field[Any, Any]) -> Cast:
    """Cast, so that the columns of all kinds are of the same type."""
    nothing = models.Value("" if field is TEXT else None)
    return Cast(nothing if value is None else models.F(value) if isinstance(value, str) else value, field)


def _urgency(row: Waiting) -> tuple[Any, ...]:
    return (
        row.due is None,
        row.due or date.max,
        row.since is None,
        row.since.timestamp() if row.since else 0,
        row.title,
    )
