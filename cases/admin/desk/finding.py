"""The rows of the desk's list, found by their keys, which an index alone can tell."""

from typing import Any

from django.utils import timezone

from cases.admin.desk.filters import DeskFilter
from cases.models import Case, CaseQuerySet
from lib.lookups import put_together
from lib.paging import Cut


def found(shown: DeskFilter, cut: Cut, **values: Any) -> CaseQuerySet:
    """A page's rows and one more, in the list's order, with nothing loaded besides. ``values``: those of the
    filter and of the cut."""
    cursor = {name: values.pop(name) for name in cut.values}
    parts = shown.parts(Case.objects.all(), **values)
    rows: CaseQuerySet = put_together(piece for part in parts for piece in cut.pieces(part, **cursor))
    return rows.order_by(*cut.order)[: cut.size + 1]


def values_of(shown: DeskFilter, cut: Cut, agent: int) -> dict[str, Any]:
    return {**shown.values(agent, timezone.now()), **cut.values}
