"""The rows of a list, one page of them or all."""

from dataclasses import replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject
from django.http import QueryDict

from accounts.models import Contact
from accounts.permissions.compiled import rows_for
from accounts.scoping import Permitted
from lib.lookups import put_together
from lib.paging import Cut, KeysetPage
from records.filters import Filter
from records.listing import Listing
from records.models import SavedView
from records.surfaces import Surface


def page_of(
    surface: Surface[Any], reader: Contact | None, shown: Filter, query: QueryDict, **within: int
) -> KeysetPage[Any]:
    """By one query, with the reader's saved views. ``within``: the foreign key of the record whose records
    are listed."""
    listing = listing_of(surface)
    cut = Cut.of(query, surface.model, by=shown.by)

    def rows(reader: Permitted | None, **values: Any) -> QuerySet[Any]:
        cursor = {name: values[name] for name in cut.values}
        visible = surface.visible_to(reader).filter(**{name: values[name] for name in within})
        now = replace(shown, **{name: values[name] for name in shown.values})
        found = listing.rows(_found(now, visible, reader, cut, cursor), reader)
        if reader:
            found = found.annotate(saved_views=_views_of(reader, surface))
        return cut.narrow(found, **cursor)

    values = {**cut.values, **within, **shown.values}
    if reader is None or shown.shape is None:
        return cut.page(list(rows(reader, **values)))
    shape = (surface.name, "list", *shown.shape, cut.direction)
    return cut.page(rows_for(reader, shape, rows, **values))


def all_rows(surface: Surface[Any], reader: Contact, shown: Filter, **within: int) -> QuerySet[Any]:
    """What the list shows on all of its pages, loaded for a file."""
    listing = listing_of(surface)
    visible = surface.visible_to(reader).filter(**within)
    rows = shown.narrow(visible, reader).order_by(f"-{shown.by}", "-pk")
    loaded: QuerySet[Any] = listing.file_rows(rows) if listing.file_rows else listing.rows(rows, reader)
    return loaded


def saved_views(
    surface: Surface[Any], rows: list[Any], reader: Contact | None, current: str
) -> list[dict[str, Any]]:
    """They come along with the rows; where there are none, by a query of their own."""
    if reader is None:
        return []
    kept = (
        rows[0].saved_views
        if rows
        else SavedView.objects.filter(contact=reader, record_type=surface.name).values("pk", "name", "query")
    )
    return [{**view, "is_current": view["query"] == current} for view in kept]


def listing_of(surface: Surface[Any]) -> Listing[Any]:
    if surface.listing is None:
        raise LookupError(f"{surface.name} has no list.")
    return surface.listing


def _found(shown: Filter, visible: Any, reader: Permitted | None, cut: Cut, cursor: dict[str, Any]) -> Any:
    parts = shown.parts(visible, reader)
    if len(parts) == 1 and not shown.by_keys:
        return parts[0]
    return put_together(cut.narrow(part, **cursor) for part in parts)


def _views_of(reader: Permitted, surface: Surface[Any]) -> ArraySubquery:
    """PostgreSQL looks for them once."""
    views = SavedView.objects.filter(contact=reader.pk, record_type=surface.name)
    return ArraySubquery(views.values(row=JSONObject(pk="pk", name="name", query="query")))
