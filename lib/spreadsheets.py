"""Lists for spreadsheet programs, which must take nothing that somebody typed for a formula."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from lib.letters import visible

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "﹣", "＠")
"""With the wide forms, which some programs take for the others."""
_AFTER_SEPARATOR = re.compile(r"([;|]\s*+(?:[\"']\s*+)*+)(?=[=+@＝＋＠]|[-－﹣](?![\d.\s]))")
"""Where a program that splits lines there would begin a cell. A number below zero stays. It never goes back
over spaces: in long ones that would take minutes."""
_BEFORE_FORMULA = re.compile(r"([;|]\s*+(?:[\"']\s*+)*)'(?=[=+@＝＋＠]|[-－﹣](?![\d.\s]))")
"""Where that was done."""
Cell = str | int | Decimal | date
"""Also a moment, without its time zone, as spreadsheet programs know no other: the column's heading says
which one."""
MEASURED = 200
"""Rows by which the width of columns is chosen."""
NARROWEST, WIDEST = 8, 60
"""Width of a column in characters."""


def neutral(cell: Cell) -> Cell:
    """A cell of CSV that is shown as it is and never calculated. Numbers and moments stay what they are."""
    if not isinstance(cell, str):
        return cell
    return visible("'" + cell if _begins_formula(cell.lstrip("'")) else cell, " ")


def as_typed(cell: str) -> str:
    """What somebody typed, of a cell that ``neutral`` and ``csv_lines`` made safe."""
    text = cell.removeprefix("'") if _begins_formula(cell.lstrip("'")) else cell
    return _BEFORE_FORMULA.sub(r"\1", text)


def _begins_formula(text: str) -> bool:
    return text.lstrip(" \n\xa0").startswith(FORMULA)


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark, by which spreadsheet programs know it."""
    return b"".join(csv_lines(rows))


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The same line by line, for a download that is written while it is sent."""
    yield codecs.BOM_UTF8
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line).writerow([_written(cell) for cell in row])
        yield line.getvalue().encode()


def as_workbook(rows: Iterable[Sequence[Cell]]) -> bytes:
    """An Excel workbook with one sheet. The first row, the headings, stays in sight and carries filters."""
    book, content, remaining = Workbook(write_only=True), io.BytesIO(), iter(rows)
    sheet, first = book.create_sheet(), list(islice(remaining, MEASURED))
    sheet.freeze_panes = "A2"
    for column, width in enumerate(_widths(first), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(chain(first, remaining), start=1):
        sheet.append([_workbook_cell(sheet, cell) for cell in row])
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(row))}{number}"
    book.save(content)
    return content.getvalue()


def _written(cell: Cell) -> Cell:
    """In a CSV file a program may split within a cell, at a separator that is not ours."""
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else f"{cell:%Y-%m-%d}"
    plain = neutral(cell)
    return _AFTER_SEPARATOR.sub(r"\1'", plain) if isinstance(plain, str) else plain


def _workbook_cell(sheet: Any, cell: Cell) -> Any:
    """A text is marked as one, also for a program in which somebody edits it: it needs no apostrophe."""
    if isinstance(cell, str):
        text = WriteOnlyCell(sheet, value=visible(cell, " ") or None)
        if _begins_formula(cell):
            text.data_type, text.quotePrefix = "s", True
        return text
    written = WriteOnlyCell(sheet, value=cell)
    if isinstance(cell, date):
        written.number_format = "yyyy-mm-dd hh:mm" if isinstance(cell, datetime) else "yyyy-mm-dd"
    return written


def _widths(rows: list[Sequence[Cell]]) -> list[int]:
    lengths = ([len(str(_written(cell))) for cell in column] for column in zip(*rows, strict=True))
    return [min(max(NARROWEST, max(column) + 3), WIDEST) for column in lengths]
