"""The rows of the desk's list, found by their keys, which an index alone can tell."""

from typing import Any

from django.utils import timezone

from cases.admin.desk.filters import DeskFilter
from cases.admin.desk.people import People
from cases.models import Case, CaseQuerySet
from lib.lookups import put_together
from lib.paging import Cut


def found(shown: DeskFilter, cut: Cut, people: People, **values: Any) -> CaseQuerySet:
    """A page's rows and one more, in the list's order, with nothing loaded besides. ``people``: whom its
    words mean. ``values``: those of the filter and of the cut."""
    cursor = {name: values.pop(name) for name in cut.values}
    parts = shown.parts(Case.objects.all(), people, **values)
    pieces: list[Any] = [piece for part in parts for piece in cut.pieces(part, **cursor)]
    rows: CaseQuerySet = pieces[0]
    if len(pieces) > 1:
        rows = put_together(pieces).order_by(*cut.order)[: cut.size + 1]
    return rows


def values_of(shown: DeskFilter, cut: Cut, agent: int) -> dict[str, Any]:
    return {**shown.values(agent, timezone.now()), **cut.values}
