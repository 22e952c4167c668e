"""Which records a list shows, and in which order."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.utils import timezone

from accounts.scoping import Permitted, RecordType, Scope, granted_scope
from lib.lookups import OneOf


@dataclass(frozen=True)
class Filter:
    """What was chosen for a list; ListForm reads it from an address.

    A feature adds fields of its own, each empty where nothing was chosen, and says in ``narrow`` which rows
    they leave. The query of a list is compiled and kept for each ``shape``: whatever people type, or pick
    from a list that people make, is named in ``typed``, or its text would be kept for ever.
    """

    view: str = ""
    """One of the form's tabs."""
    sorted_by: str = ""
    """One of ``order``."""
    q: str = ""

    order: ClassVar[Mapping[str, str]] = {"": "updated_at"}
    """What a list is sorted by → the column, newest or highest first. Each has an index after the columns
    that say whose a record is."""
    typed: ClassVar[frozenset[str]] = frozenset({"q"})
    given: ClassVar[frozenset[str]] = frozenset()
    """Fields that nobody chooses, such as the day of today."""
    by_keys: ClassVar[bool] = False
    """Whether a page's rows are first found by their keys, which an index alone can tell, and then loaded."""

    @property
    def by(self) -> str:
        return self.order[self.sorted_by]

    @property
    def shape(self) -> tuple[Hashable, ...] | None:
        """What the text of the narrowed query depends on; None where it depends on more than can be kept."""
        if any(getattr(self, name) for name in self.typed):
            return None
        left_out = self.typed | self.given
        return tuple(getattr(self, each.name) for each in fields(self) if each.name not in left_out)

    @property
    def values(self) -> dict[str, Any]:
        """Field → value, of those ``given`` that the narrowed query holds: the compiled one is asked with
        them."""
        return {}

    @property
    def is_narrowed(self) -> bool:
        """Within its view."""
        others = {"view", "sorted_by"} | self.given
        return any(getattr(self, each.name) for each in fields(self) if each.name not in others)

    def narrow(self, rows: Any, reader: Any) -> Any:
        """``rows`` as ``visible_to`` gives them to ``reader``, who is None for a visitor."""
        return rows.matching(self.q) if self.q else rows

    def parts(self, rows: Any, reader: Any) -> list[Any]:
        """What the narrowed ``rows`` are put together from, where no single index has them all in the list's
        order."""
        return [self.narrow(part, reader) for part in own_and_joined(rows, reader)]


def own_and_joined(rows: Any, reader: Permitted | None) -> list[Any]:
    """Of a contact who reads their own records and those that they take part in, each by itself: both at
    once come in no index's order."""
    kind = rows.model.record_type
    if reader is None or not isinstance(kind, RecordType) or not kind.joined:
        return [rows]
    if granted_scope(reader, "read", kind) != Scope.CONTACT:
        return [rows]
    relation = rows.model._meta.get_field(kind.joined)
    joined = relation.related_model._default_manager.filter(contact=reader.pk).values(relation.field.name)
    own = rows.filter(**{str(kind.contact): reader.pk})
    return [own, rows.filter(OneOf(models.F("pk"), ArraySubquery(joined)))]


def within_days(rows: Any, column: str, since: date | None, until: date | None) -> Any:
    """Rows whose day or moment in ``column`` lies between these days, both included, as the reader's calendar
    has them."""
    field = rows.model._meta.get_field(column)
    edge = _midnight if isinstance(field, models.DateTimeField) else _same
    if since:
        rows = rows.filter(**{f"{column}__gte": edge(since)})
    if until and until < date.max:
        rows = rows.filter(**{f"{column}__lt": edge(until + timedelta(days=1))})
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _same(day: date) -> date:
    return day
