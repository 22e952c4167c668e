"""What waits for a contact, of every kind: each feature hands over gated rows of one shape, and one statement
unites them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import Contact
from accounts.permissions.compiled import rows_for
from accounts.scoping import Permitted

MOST = 20
"""Of a kind."""
TEXT, DAY = models.CharField(), models.DateField()
MOMENT, MONEY = models.DateTimeField(), models.DecimalField(max_digits=14, decimal_places=2)
Value = str | models.expressions.Combinable
Asked = Callable[[Permitted, date], models.QuerySet[Any]]
"""Of whom it waits for, and of what day it is: the rows, as ``as_waiting`` shapes them."""


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


def waiting_for(contact: Contact, asked: Mapping[str, Asked]) -> list[Waiting]:
    """Of each type that is ``asked``, by one statement: what is due first, then what has waited longest."""

    def rows(reader: Permitted, today: date) -> models.QuerySet[Any]:
        first, *others = [ask(reader, today) for ask in asked.values()]
        return first.union(*others, all=True) if others else first

    if not asked:
        return []
    found: list[Any] = rows_for(
        contact, ("what waits", *asked), rows, spare=["today"], today=timezone.localdate()
    )
    return sorted((_waiting(row) for row in found), key=_urgency)


def _waiting(row: Mapping[str, Any]) -> Waiting:
    return Waiting(**{name.removeprefix("row_"): value for name, value in row.items()})


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
