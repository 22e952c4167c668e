"""Lists of people as they come from a spreadsheet: reading CSV and XLSX files, whatever they contain, into
plain rows."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.charsets import codec_of, guessed
from lib.letters import visible
from lib.spreadsheets import as_typed
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
"""Field → headings of its column, in small letters, and nothing but their words."""
_HEADING_WORDS = re.compile(r"[^\W_]+")
REQUIRED = ("first_name", "last_name", "email")
EXAMPLE = """First name,Last name,Email,Phone,Job title,Roles
Dora,Quist,dora@acme.example,+1 512 555 0170,Lab manager,Portal IT User
"""

Row = dict[str, Any]
"""``row``: its number in the file; the text of each field of HEADINGS; and ``beyond``, cells without a
heading, where there are any."""
Answers = Mapping[str, str]
"""What the person who sends the list has answered: ``charset``, and ``column_email`` and the like."""
CHARSETS = {
    "windows-1252": gettext_lazy("Western European"),
    "windows-1250": gettext_lazy("Central European"),
    "windows-1251": gettext_lazy("Cyrillic"),
    "windows-1253": gettext_lazy("Greek"),
    "windows-1254": gettext_lazy("Turkish"),
    "windows-1255": gettext_lazy("Hebrew"),
    "windows-1256": gettext_lazy("Arabic"),
    "windows-1257": gettext_lazy("Baltic"),
    "windows-1258": gettext_lazy("Vietnamese"),
    "windows-874": gettext_lazy("Thai"),
    "KOI8-U": gettext_lazy("Cyrillic (KOI8)"),
    "IBM866": gettext_lazy("Cyrillic (DOS)"),
    "macintosh": gettext_lazy("Western European (Mac)"),
    "IBM850": gettext_lazy("Western European (DOS)"),
    "ISO-8859-2": gettext_lazy("Central European (ISO)"),
    "Shift_JIS": gettext_lazy("Japanese"),
    "EUC-JP": gettext_lazy("Japanese (EUC)"),
    "gb18030": gettext_lazy("Chinese, simplified"),
    "Big5": gettext_lazy("Chinese, traditional"),
    "EUC-KR": gettext_lazy("Korean"),
}
"""The web's name, or Python's where the web has none (IBM850) → what people know it for."""
USUAL = "windows-1252"
"""What is taken without a question, where nothing speaks against it."""
_UNLIKELY = re.compile(
    r"[^\x00-\x7f]{3}|[^\W\d_][^\x00-\x7f\w\s–—‘’“”«»…´·]|[ŠšŽžŸƒ]|[a-zß-ÿ][À-Þ]|[^\W\d_][–—“”…][a-zß-ÿ]"
)
"""What names of Western Europe do not have: three accents in a row, a sign behind a letter or within a word,
a capital within a word, or letters of their neighbours, which are other ones on a Mac."""
PREVIEW = 80
_SEPARATOR = re.compile(r"\"?sep=(.)", re.IGNORECASE)
"""A first line that some spreadsheet programs write for each other."""


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    preview: str


class Unclear(ValidationError):  # noqa: N818 -- a question, not an error
    """A list that can be read in several ways, none of which is chosen silently."""

    def __init__(self, name: str, words: str, options: Sequence[Option]) -> None:
        super().__init__(words)
        self.name, self.options = name, options


def read_contact_list(name: str, content: bytes, answers: Answers | None = None) -> list[Row]:
    """The rows below the headings, empty ones left out. Raises ValidationError with what is wrong with the
    file as a whole, and Unclear with a question about it."""
    numbered = [(number, cells) for number, cells in enumerate(_cells_of(name, content, answers or {}), 1)]
    filled = [(number, cells) for number, cells in numbered if any(cells)]
    if len(filled) < 2:
        raise ValidationError(_no_rows(filled))
    (_number, headings), *rows = filled
    columns = _columns(headings, [cells for _number, cells in rows], answers or {})
    width = max(place for place, heading in enumerate(headings, 1) if heading)
    return [_row(number, cells, columns, width) for number, cells in rows]


def _no_rows(filled: list[tuple[int, list[str]]]) -> str:
    if filled:
        _columns(filled[0][1], [], {})
    return _("The file has no rows below the header.")


def _row(number: int, cells: list[str], columns: dict[int, str], width: int) -> Row:
    values = {columns[place]: cell for place, cell in enumerate(cells) if place in columns}
    beyond = ", ".join(cell for cell in cells[width:] if cell)
    return {
        **dict.fromkeys(HEADINGS, ""),
        **values,
        **({"beyond": beyond} if beyond else {}),
        "row": number,
    }


def _columns(headings: list[str], rows: list[list[str]], answers: Answers) -> dict[int, str]:
    """Which column holds which field."""
    names = {heading: field for field, known in HEADINGS.items() for heading in known}
    plain = [" ".join(_HEADING_WORDS.findall(cell.lower())) for cell in headings]
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(plain):
        if heading in names:
            found.setdefault(names[heading], []).append(place)
    missing = [field for field in REQUIRED if field not in found]
    if missing:
        wanted = ", ".join(HEADINGS[field][0] for field in missing)
        raise ValidationError(
            _("The first row must name the columns. Missing: %(columns)s.") % {"columns": wanted}
        )
    return {_chosen(field, places, headings, rows, answers): field for field, places in found.items()}


def _chosen(
    field: str, places: list[int], headings: list[str], rows: list[list[str]], answers: Answers
) -> int:
    name = f"column_{field}"
    if len(places) == 1:
        return places[0]
    if answers.get(name, "") in map(str, places):
        return int(answers[name])
    options = [
        Option(
            str(place),
            _("%(heading)s (column %(number)d)") % {"heading": headings[place], "number": place + 1},
            next((row[place][:PREVIEW] for row in rows if len(row) > place and row[place]), ""),
        )
        for place in places
    ]
    words = _("Several columns could be the %(field)s. Which one is it?") % {"field": HEADINGS[field][0]}
    raise Unclear(name, words, options)


def _cells_of(name: str, content: bytes, answers: Answers) -> Iterator[list[str]]:
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is too large. The maximum size is 5 MB."))
    is_workbook = content[:4] == b"PK\x03\x04"
    if not is_workbook and not name.lower().endswith((".csv", ".txt")):
        raise ValidationError(_("Please choose a CSV file or an Excel workbook (.xlsx)."))
    rows = (
        rows_of_workbook(content, max_rows=2 * MAX_ROWS, max_columns=MAX_COLUMNS)
        if is_workbook
        else _rows_of_csv(_decoded(content, answers))
    )
    count = 0
    try:
        for row in rows:
            cells = [_text(cell) for cell in row]
            count += any(cells)
            if count > MAX_ROWS + 1:
                words = _("The list has more than %(limit)d rows. Split it into smaller files.")
                raise ValidationError(words % {"limit": MAX_ROWS})
            yield cells
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


def _rows_of_csv(text: str) -> Iterator[list[str]]:
    """The first line with words tells what separates the cells; one that only says so is an empty row."""
    first = next((line for line in text.splitlines() if any(map(str.isalnum, line))), "")
    said = _SEPARATOR.match(first)
    delimiter = said[1] if said else max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    is_first = bool(said)
    for row in _complete_rows(reader, delimiter):
        yield [] if is_first and any(row) else [as_typed(cell) for cell in row]
        is_first = is_first and not any(row)


def _complete_rows(reader: Any, delimiter: str) -> Iterator[list[str]]:
    """A quotation mark that nothing closes would take the people below into one cell."""
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _open_quote(line) from error
        if any("\n" in cell and "@" in cell and delimiter in cell for cell in row):
            raise _open_quote(line)
        yield row


def _open_quote(line: int) -> ValidationError:
    return ValidationError(
        _("Line %(line)d: a quotation mark is not closed, or text follows it. Correct the line first.")
        % {"line": line}
    )


def _decoded(content: bytes, answers: Answers) -> str:
    """Spreadsheets write UTF-8 with a mark, UTF-16, or the code page of their country, which nobody can know
    for certain: all but the usual one are asked about."""
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ValidationError(_("The file cannot be read as CSV.")) from error
    chosen = answers.get("charset", "")
    if chosen in CHARSETS:
        return content.decode(_codec(chosen), "replace")
    likely = guessed(content)
    if likely == USUAL and (text := _exactly(content, USUAL)) and not _UNLIKELY.search(text):
        return text
    raise Unclear("charset", _("In which of these lines are the names right?"), _readings(content, likely))


def _readings(content: bytes, likely: str) -> list[Option]:
    """Each way in which the first line with letters that are not plain can be read, the likeliest first."""
    line = next((line for line in content.splitlines() if not line.isascii()), b"")
    labels = sorted(CHARSETS, key=lambda label: (label != likely, label == USUAL))
    read = {label: _exactly(line, label) for label in labels}
    read[labels[0]] = line.decode(_codec(labels[0]), "replace")
    return [
        Option(label, str(CHARSETS[label]), text.strip()[:PREVIEW]) for label, text in read.items() if text
    ]


def _codec(label: str) -> str:
    return codec_of(label) or label


def _exactly(content: bytes, label: str) -> str | None:
    try:
        return content.decode(_codec(label))
    except UnicodeDecodeError:
        return None
