"""Lists of people as they come from a spreadsheet: reading CSV and XLSX files, whatever they contain, into
plain rows."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.letters import visible
from lib.workbooks import WorkbookError, rows_of_workbook

MAX_ROWS = 10_000
MAX_BYTES = 5 * 1024 * 1024
MAX_COLUMNS = 40
MAX_CELL = 500

HEADINGS = {
    "first_name": ("first name", "firstname", "given name", "forename"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "email": ("email", "e mail", "email address", "e mail address", "mail", "work email", "work e mail"),
    "phone": ("phone", "telephone", "phone number"),
    "job_title": ("job title", "title", "position"),
    "roles": ("roles", "role", "web roles"),
}
"""Field → headings of its column, in small letters, without hyphens and underscores."""
REQUIRED = ("first_name", "last_name", "email")
EXAMPLE = """First name,Last name,Email,Phone,Job title,Roles
Dora,Quist,dora@acme.example,+1 512 555 0170,Lab manager,Portal IT User
"""

Row = dict[str, Any]
"""``row``: its number in the file; and the text of each field of HEADINGS."""


def read_contact_list(name: str, content: bytes) -> list[Row]:
    """The rows below the headings, empty ones left out. Raises ValidationError with what is wrong with the
    file as a whole."""
    numbered = enumerate(_cells_of(name, content), start=1)
    columns: dict[int, str] = {}
    rows: list[Row] = []
    for number, cells in numbered:
        if not any(cells):
            continue
        if not columns:
            columns = _columns(cells)
            continue
        if len(rows) == MAX_ROWS:
            raise ValidationError(
                _("The list has more than %(limit)d rows. Split it into smaller files.") % {"limit": MAX_ROWS}
            )
        rows.append(
            {
                **dict.fromkeys(HEADINGS, ""),
                **{columns[i]: cell for i, cell in enumerate(cells) if i in columns},
                "row": number,
            }
        )
    if not rows:
        raise ValidationError(_("The file has no rows below the header."))
    return rows


def _columns(cells: list[str]) -> dict[int, str]:
    """Which column holds which field."""
    names = {heading: field for field, headings in HEADINGS.items() for heading in headings}
    headings = [" ".join(cell.lower().replace("-", " ").replace("_", " ").split()) for cell in cells]
    columns = {i: names[heading] for i, heading in enumerate(headings) if heading in names}
    missing = [field for field in REQUIRED if field not in columns.values()]
    if missing:
        wanted = ", ".join(HEADINGS[field][0] for field in missing)
        raise ValidationError(
            _("The first row must name the columns. Missing: %(columns)s.") % {"columns": wanted}
        )
    return columns


def _cells_of(name: str, content: bytes) -> Iterator[list[str]]:
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is too large. The maximum size is 5 MB."))
    is_workbook = content[:4] == b"PK\x03\x04"
    if not is_workbook and not name.lower().endswith((".csv", ".txt")):
        raise ValidationError(_("Please choose a CSV file or an Excel workbook (.xlsx)."))
    rows = (
        rows_of_workbook(content, max_rows=2 * MAX_ROWS, max_columns=MAX_COLUMNS)
        if is_workbook
        else _rows_of_csv(content)
    )
    try:
        for row in rows:
            yield [_text(cell) for cell in row]
    except WorkbookError as error:
        raise ValidationError(
            _("The file cannot be read as an Excel workbook, or it is too large.")
        ) from error


def _text(cell: object) -> str:
    """A cell as text in one line. Spreadsheets keep telephone numbers as decimal numbers."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell)[:MAX_CELL]
    return " ".join(visible(text, " ").split())


def _rows_of_csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        yield from (
            row[:MAX_COLUMNS] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        )
    except csv.Error as error:
        raise ValidationError(_("The file cannot be read as CSV.")) from error


def _decoded(content: bytes) -> str:
    """Spreadsheets write UTF-8 with a mark, UTF-16, or the Western European code page."""
    encodings = (
        ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1")
    )
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("The file cannot be read as CSV."))
