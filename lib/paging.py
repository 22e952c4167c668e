"""Keyset paging: "older" and "newer" links that cost the same on the first page as on the thousandth, and
never a count."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
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
    """Rows of one page, newest first, and the addresses ("?older=...") of its neighbours; empty where there
    is none."""

    rows: list[M]
    newer_url: str
    older_url: str


class _MomentCursorForm(forms.Form):
    """A cursor is "<ISO time or date>_<primary key>"; a malformed one is ignored, as if it were not there."""

    at: forms.Field = forms.DateTimeField(input_formats=[MOMENT])
    pk = forms.IntegerField(min_value=0, max_value=2**63 - 1)

    def clean_at(self) -> Any:
        """In UTC: the ends of time cannot be told in every time zone."""
        at = self.cleaned_data["at"]
        try:
            return at.astimezone(UTC) if isinstance(at, datetime) else at
        except OverflowError as error:
            raise forms.ValidationError("beyond the calendar") from error


class _DayCursorForm(_MomentCursorForm):
    at = forms.DateField(input_formats=[DAY])


class _NumberCursorForm(_MomentCursorForm):
    at = forms.IntegerField(min_value=-(2**15), max_value=2**15 - 1)


Cursor = tuple[date | int, int]


@dataclass(frozen=True)
class Cut:
    """Which page of rows an address asks for: the first, or what is beyond the row at ``at`` with the primary
    key ``pk``.

    Rows are sorted newest first by the datetime, date or small number ``by`` and then by primary key.
    """

    by: str
    query: QueryDict
    size: int
    direction: str = ""
    at: date | int | None = None
    pk: int | None = None

    @classmethod
    def of(cls, query: QueryDict, model: type[models.Model], *, by: str, size: int = PAGE_SIZE) -> "Cut":
        """``query`` holds ``older`` or ``newer`` cursors; its other parameters are kept in the links."""
        form = _cursor_form(model._meta.get_field(by))
        for direction in reversed(PARAMETERS):
            if cursor := _cursor(query.get(direction, ""), form):
                return cls(by, query, size, direction, *cursor)
        return cls(by, query, size)

    @property
    def values(self) -> dict[str, Any]:
        """What ``narrow`` takes beside the rows."""
        return {"at": self.at, "pk": self.pk} if self.direction else {}

    def narrow(
        self, rows: models.QuerySet[M], at: date | int | None = None, pk: int | None = None
    ) -> models.QuerySet[M]:
        """The page's rows and one more, which tells whether there is another page."""
        if at is not None and pk is not None:
            rows = rows.filter(_beyond(self.by, "gt" if self.direction == "newer" else "lt", (at, pk)))
        order = (self.by, "pk") if self.direction == "newer" else (f"-{self.by}", "-pk")
        return rows.order_by(*order)[: self.size + 1]

    def page(self, found: list[M]) -> KeysetPage[M]:
        """``found`` are the rows of ``narrow``."""
        rows, is_newer, goes_on = found[: self.size], self.direction == "newer", len(found) > self.size
        rows = rows[::-1] if is_newer else rows
        has_newer, has_older = (goes_on, True) if is_newer else (bool(self.direction), goes_on)
        return KeysetPage(
            rows=rows,
            newer_url=_link(self.query, "newer", rows[0], self.by) if has_newer and rows else "",
            older_url=_link(self.query, "older", rows[-1], self.by) if has_older and rows else "",
        )


def paginate(rows: models.QuerySet[M], *, by: str, query: QueryDict, size: int = PAGE_SIZE) -> KeysetPage[M]:
    """One page of ``rows`` by one query; see Cut."""
    cut = Cut.of(query, rows.model, by=by, size=size)
    return cut.page(list(cut.narrow(rows, **cut.values)))


def _cursor_form(field: Any) -> type[forms.Form]:
    kind = getattr(field, "output_field", field)
    if isinstance(kind, models.IntegerField):
        return _NumberCursorForm
    return _MomentCursorForm if isinstance(kind, models.DateTimeField) else _DayCursorForm


def _beyond(by: str, comparison: str, cursor: Cursor) -> models.Q:
    at, pk = cursor
    within = {f"{by}__{comparison}e": at}
    return models.Q(**within) & (
        models.Q(**{f"{by}__{comparison}": at}) | models.Q(**{f"pk__{comparison}": pk})
    )


def _cursor(text: str, kind: type[forms.Form]) -> Cursor | None:
    if not text:
        return None
    at, _, pk = text.partition("_")
    form = kind({"at": at, "pk": pk})
    return (form.cleaned_data["at"], form.cleaned_data["pk"]) if form.is_valid() else None


def _link(query: QueryDict, direction: str, row: Any, by: str) -> str:
    kept = [(name, value) for name, values in query.lists() if name not in PARAMETERS for value in values]
    value = getattr(row, by)
    at = value if isinstance(value, int) else value.strftime(MOMENT if isinstance(value, datetime) else DAY)
    return "?" + urlencode([*kept, (direction, f"{at}_{row.pk}")])
