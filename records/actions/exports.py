"""Lists as files for spreadsheet programs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import chain
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.actions.downloads import record_download
from accounts.actors import Actor
from accounts.models import Contact
from lib.spreadsheets import Cell, as_workbook, csv_lines
from records.listing import Column
from records.surfaces import EXPORTED

MOST_ROWS = 50_000
AT_ONCE = 2_000
WRITERS: dict[str, Callable[[Iterable[list[Cell]]], Iterable[bytes]]] = {
    "csv": csv_lines,
    "xlsx": lambda rows: [as_workbook(rows)],
}


def export_records(
    *,
    actor: Actor,
    reader: Contact,
    record_type: str,
    rows: QuerySet[Any],
    columns: Sequence[Column[Any]],
    kind: str,
) -> Iterable[bytes]:
    """The file in pieces. Who took how much out of the portal is recorded. Raises ValidationError when it
    would be too long.

    Language and time zone are those of the call: the pieces may be asked for when the request is over.
    """
    count = rows[: MOST_ROWS + 1].count()
    if count > MOST_ROWS:
        raise ValidationError(
            _("The list has more than %(most)s %(records)s. Narrow it down, for example by date.")
            % {
                "most": number_format(MOST_ROWS, force_grouping=True),
                "records": rows.model._meta.verbose_name_plural,
            }
        )
    record_download(actor=actor, verb=f"{record_type}.{EXPORTED}", record=None, count=count, kind=kind)
    return WRITERS[kind](_lines(rows, columns, reader, timezone.get_current_timezone()))


def _lines(
    rows: QuerySet[Any], columns: Sequence[Column[Any]], reader: Contact, zone: tzinfo
) -> Iterator[list[Cell]]:
    headings: list[Cell] = [
        f"{column.label} ({zone})" if column.is_moment else str(column.label) for column in columns
    ]
    found = rows.iterator(chunk_size=AT_ONCE)
    return chain([headings], ([_cell(each, row, reader, zone) for each in columns] for row in found))


def _cell(column: Column[Any], row: Any, reader: Contact, zone: tzinfo) -> Cell:
    value = column.of(row, reader)
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    cell: Cell = "" if value is None else value
    return cell
