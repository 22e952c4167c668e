"""Keyset paging: "older" and "newer" links that cost the same on the first page as on the thousandth, and never a count."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django import forms
from django.db import models
from django.http import QueryDict

M = TypeVar("M", bound=models.Model)
PAGE_SIZE = 25
PARAMETERS = ("older", "newer")
DAY, MOMENT = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f%z"


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """Rows of one page, newest first, and the addresses ("?older=...") of its neighbours; empty where there is none."""

    rows: list[M]
    newer_url: str
    older_url: str


class _MomentCursorForm(forms.Form):
    """A cursor is "<ISO time or date>_<primary key>"; a malformed one is ignored, as if it were not there."""

    at: forms.Field = forms.DateTimeField(input_formats=[MOMENT])
    pk = forms.IntegerField(min_value=0, max_value=2**63 - 1)


class _DayCursorForm(_MomentCursorForm):
    at = forms.DateField(input_formats=[DAY])


class _NumberCursorForm(_MomentCursorForm):
    at = forms.IntegerField(min_value=-(2**15), max_value=2**15 - 1)


Cursor = tuple[date | int, int]


def paginate(rows: models.QuerySet[M], *, by: str, query: QueryDict, size: int = PAGE_SIZE) -> KeysetPage[M]:
    """One page of ``rows``, sorted newest first by the datetime, date or small number ``by`` and then by primary key.

    ``query`` holds ``older`` or ``newer`` cursors; its other parameters are kept in the links. One query is made, for
    ``size + 1`` rows.
    """
    form = _cursor_form(rows.model._meta.get_field(by))
    newer, older = (_cursor(query.get(name, ""), form) for name in ("newer", "older"))
    if newer:
        found = list(rows.filter(_beyond(by, "gt", newer)).order_by(by, "pk")[: size + 1])
        has_newer, has_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        after = rows.filter(_beyond(by, "lt", older)) if older else rows
        found = list(after.order_by(f"-{by}", "-pk")[: size + 1])
        has_newer, has_older = older is not None, len(found) > size
        found = found[:size]
    return KeysetPage(
        rows=found,
        newer_url=_link(query, "newer", found[0], by) if has_newer and found else "",
        older_url=_link(query, "older", found[-1], by) if has_older and found else "",
    )


def _cursor_form(field: Any) -> type[forms.Form]:
    kind = getattr(field, "output_field", field)
    if isinstance(kind, models.IntegerField):
        return _NumberCursorForm
    return _MomentCursorForm if isinstance(kind, models.DateTimeField) else _DayCursorForm


def _beyond(by: str, comparison: str, cursor: Cursor) -> models.Q:
    at, pk = cursor
    within = {f"{by}__{comparison}e": at}
    return models.Q(**within) & (models.Q(**{f"{by}__{comparison}": at}) | models.Q(**{f"pk__{comparison}": pk}))


def _cursor(text: str, kind: type[forms.Form]) -> Cursor | None:
    at, _, pk = text.partition("_")
    form = kind({"at": at, "pk": pk})
    return (form.cleaned_data["at"], form.cleaned_data["pk"]) if form.is_valid() else None


def _link(query: QueryDict, direction: str, row: Any, by: str) -> str:
    kept = [(name, value) for name, values in query.lists() if name not in PARAMETERS for value in values]
    value = getattr(row, by)
    at = value if isinstance(value, int) else value.strftime(MOMENT if isinstance(value, datetime) else DAY)
    return "?" + urlencode([*kept, (direction, f"{at}_{row.pk}")])
