"""Keyset paging: "older" and "newer" links that cost the same on the first page as on the thousandth, and
never a count."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Generic, TypeVar
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


Cursor = tuple[date | int | None, int]


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

    takes_empty: ClassVar[bool] = False
    """Whether a cursor may stand at a row without a value."""

    @classmethod
    def of(cls, query: QueryDict, model: type[models.Model], *, by: str, size: int = PAGE_SIZE) -> "Cut":
        """``query`` holds ``older`` or ``newer`` cursors; its other parameters are kept in the links."""
        field = model._meta.get_field(by)
        for direction in reversed(PARAMETERS):
            if cursor := _cursor(query.get(direction, ""), _cursor_form(field), may_be_empty=cls.takes_empty):
                return cls(by, query, size, direction, *cursor)
        return cls(by, query, size)

    @property
    def values(self) -> dict[str, Any]:
        """What ``narrow`` takes beside the rows."""
        return {"at": self.at, "pk": self.pk} if self.direction else {}

    @property
    def order(self) -> tuple[str, str]:
        return (self.by, "pk") if self.direction == "newer" else (f"-{self.by}", "-pk")

    def narrow(
        self, rows: models.QuerySet[M], at: date | int | None = None, pk: int | None = None
    ) -> models.QuerySet[M]:
        """The page's rows and one more, which tells whether there is another page."""
        if at is not None and pk is not None:
            rows = rows.filter(_beyond(self.by, "gt" if self.direction == "newer" else "lt", (at, pk)))
        return rows.order_by(*self.order)[: self.size + 1]

    def pieces(
        self, rows: models.QuerySet[M], at: date | int | None = None, pk: int | None = None
    ) -> list[models.QuerySet[M]]:
        """What the page is put together from, each of which comes in its order from an index."""
        return [self.narrow(rows, at, pk)]

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


@dataclass(frozen=True)
class RisingCut(Cut):
    """Of rows sorted by what comes first, such as what is due; those without a value come last. "Older" is
    further down, as everywhere. Ask for its ``pieces``: no single index has both kinds in order."""

    takes_empty = True

    @property
    def values(self) -> dict[str, Any]:
        """A row without a value is known by its key alone."""
        return {name: value for name, value in super().values.items() if value is not None}

    @property
    def order(self) -> tuple[str, str]:
        """PostgreSQL has rows without a value last, and first when the order is reversed."""
        return (f"-{self.by}", "-pk") if self.direction == "newer" else (self.by, "pk")

    def pieces(
        self, rows: models.QuerySet[M], at: date | int | None = None, pk: int | None = None
    ) -> list[models.QuerySet[M]]:
        parts = self._beyond(rows, at, pk) if pk is not None else [rows]
        return [part.order_by(*self.order)[: self.size + 1] for part in parts]

    def _beyond(self, rows: models.QuerySet[M], at: Any, pk: int) -> list[models.QuerySet[M]]:
        comparison = "lt" if self.direction == "newer" else "gt"
        known, others = (rows.filter(**{f"{self.by}__isnull": is_none}) for is_none in (False, True))
        if at is None:
            near = others.filter(**{f"pk__{comparison}": pk})
            return [known, near] if self.direction == "newer" else [near]
        near = rows.filter(_beyond(self.by, comparison, (at, pk)))
        return [near] if self.direction == "newer" else [near, others]


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


def _cursor(text: str, kind: type[forms.Form], *, may_be_empty: bool) -> Cursor | None:
    if not text:
        return None
    at, _, pk = text.partition("_")
    form = kind({"at": at, "pk": pk})
    form.fields["at"].required = not may_be_empty
    return (form.cleaned_data["at"], form.cleaned_data["pk"]) if form.is_valid() else None


def _link(query: QueryDict, direction: str, row: Any, by: str) -> str:
    kept = [(name, value) for name, values in query.lists() if name not in PARAMETERS for value in values]
    return "?" + urlencode([*kept, (direction, f"{_written(getattr(row, by))}_{row.pk}")])


def _written(value: Any) -> str:
    if value is None:
        return ""
    return (
        str(value)
        if isinstance(value, int)
        else value.strftime(MOMENT if isinstance(value, datetime) else DAY)
    )
