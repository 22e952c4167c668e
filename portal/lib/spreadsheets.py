"""Lists for spreadsheet programs, which must take nothing that somebody typed for a formula."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from openpyxl import Workbook

FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | Decimal


def neutral(cell: Cell) -> Cell:
    """A cell that is shown as it is and never calculated; without characters that workbooks cannot hold. Numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    text = "'" + cell if cell.startswith(FORMULA) else cell
    return "".join(c if c.isprintable() else " " for c in text)


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark, by which spreadsheet programs know it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The same line by line, for a download that is written while it is sent."""
    yield codecs.BOM_UTF8
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line).writerow([neutral(cell) for cell in row])
        yield line.getvalue().encode()


def as_workbook(rows: Iterable[Sequence[Cell]]) -> bytes:
    """An Excel workbook with one sheet."""
    book, content = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([neutral(cell) for cell in row])
    book.save(content)
    return content.getvalue()
