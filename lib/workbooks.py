"""The cells of a workbook's first sheet (.xlsx), read in small steps and never beyond the limits.

A library that knows all of the format reads styles, themes and whole rows before anybody can say stop: 74 kB
kept it busy for a minute. A list needs a few parts of the file, and no more of them than a list can have.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from xml.parsers import expat

STEP = 64 * 1024
MAX_PART_BYTES = 32 * 1024 * 1024
MAX_TAG_BYTES = 256 * 1024
MAX_ELEMENTS = 1_000_000
"""Of one part: 10,000 rows of 40 filled cells are 810,000."""
MAX_TEXT = 500
"""Characters that are kept of a text."""
MAX_PIECES = 1_000
"""Of one text: each letter in a colour of its own, twice over."""
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
COLUMN = re.compile(r"[A-Z]{1,3}")
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    LookupError,
    ValueError,
    RuntimeError,
    EOFError,
    OSError,
)

Row = list[str | float]


class WorkbookError(Exception):
    """It is no workbook, or it takes more than any list does to read it."""


class Element(NamedTuple):
    """The beginning of an element, or its end with the text that came before."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    is_end: bool = False


def rows_of_workbook(content: bytes, *, max_rows: int, max_columns: int) -> Iterator[Row]:
    """Row by row, with those that the file leaves out; numbers as such, everything else as text."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        book = _references(archive, "", "officeDocument")[0].part
        texts = [
            text
            for one in _references(archive, book, "sharedStrings")[:1]
            for text in _texts(archive, one.part)
        ]
        yield from _Sheet(texts, max_rows, max_columns).rows(_elements(archive, _first_sheet(archive, book)))
    except FAULTS as error:
        raise WorkbookError from error


class Reference(NamedTuple):
    key: str
    part: str


def _references(archive: zipfile.ZipFile, of: str, kind: str) -> list[Reference]:
    """The parts of a kind to which a part, or ("") the file as a whole, refers."""
    folder, base = posixpath.split(of)
    return [
        Reference(found["Id"], posixpath.normpath(posixpath.join("/", folder, found["Target"])).lstrip("/"))
        for name, found, _text, is_end in _elements(archive, posixpath.join(folder, "_rels", f"{base}.rels"))
        if name == "Relationship" and not is_end and found["Type"].endswith(f"/{kind}")
    ]


def _first_sheet(archive: zipfile.ZipFile, book: str) -> str:
    parts = dict(_references(archive, book, "worksheet"))
    sheets = (
        element.attributes
        for element in _elements(archive, book)
        if element.name == "sheet" and not element.is_end
    )
    keys = (value for sheet in sheets for name, value in sheet.items() if name.endswith("/relationships id"))
    found = next((parts[key] for key in keys if key in parts), None)
    if found is None:
        raise WorkbookError
    return found


def _texts(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    """What cells refer to by its number."""
    pieces = _Pieces()
    for element in _elements(archive, part):
        pieces.add(element)
        if element.name == "si" and element.is_end:
            yield pieces.take()


class _Pieces:
    """A text can be in several pieces. How an Asian name is pronounced (rPh) is none of them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.is_spoken = False

    def add(self, element: Element) -> None:
        if element.name == "rPh":
            self.is_spoken = not element.is_end
        elif element.is_end and element.name in ("t", "v") and not self.is_spoken:
            self.found.append(element.text)
            if len(self.found) > MAX_PIECES:
                raise WorkbookError

    def take(self) -> str:
        text = "".join(self.found)[:MAX_TEXT]
        self.found.clear()
        return text


class _Sheet:
    """Puts the rows of a sheet together, element by element."""

    def __init__(self, texts: list[str], max_rows: int, max_columns: int) -> None:
        self.texts, self.max_rows, self.max_columns = texts, max_rows, max_columns
        self.number = self.column = self.cells_beyond = 0
        self.kind = ""
        self.row: Row = []
        self.pieces = _Pieces()

    def rows(self, elements: Iterable[Element]) -> Iterator[Row]:
        steps: dict[tuple[str, bool], Callable[[Element], Iterable[Row]]] = {
            ("row", False): self._begin_row,
            ("c", False): self._begin_cell,
            ("c", True): self._end_cell,
            ("row", True): lambda _element: [self.row],
        }
        for element in elements:
            self.pieces.add(element)
            if step := steps.get((element.name, element.is_end)):
                yield from step(element)
            if self.number > self.max_rows:
                return

    def _begin_row(self, element: Element) -> Iterable[Row]:
        """Gives the rows that are left out before this one."""
        gap = max(int(element.attributes.get("r", self.number + 1)) - self.number - 1, 0)
        self.number += gap + 1
        self.row, self.column = [], 0
        return [] if self.number > self.max_rows else [[] for _missing in range(gap)]

    def _begin_cell(self, element: Element) -> Iterable[Row]:
        self.column = _column(element.attributes.get("r", ""), self.column)
        self.kind = element.attributes.get("t", "n")
        self.pieces.take()
        self.cells_beyond += self.column > self.max_columns
        if self.cells_beyond > self.max_rows:
            raise WorkbookError
        return []

    def _end_cell(self, _element: Element) -> Iterable[Row]:
        if self.column <= self.max_columns:
            self.row += [""] * (self.column - len(self.row) - 1)
            self.row[self.column - 1 :] = [_value(self.kind, self.pieces.take(), self.texts)]
        return []


def _column(place: str, before: int) -> int:
    """1 for "A7". Cells without a place follow each other."""
    letters = COLUMN.match(place)
    number = 0
    for letter in letters[0] if letters else "":
        number = 26 * number + ord(letter) - ord("A") + 1
    return number or before + 1


def _value(kind: str, text: str, texts: list[str]) -> str | float:
    if kind == "s":
        return texts[int(text)]
    return float(text) if kind == "n" and text else text


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[Element]:
    """The elements of a part as they come. What the file says of its own size is not believed."""
    if archive.getinfo(part).compress_type not in COMPRESSIONS:
        raise WorkbookError
    reader = _Reader()
    with archive.open(part) as stream:
        while piece := stream.read(STEP):
            yield from reader.elements_in(piece)
    yield from reader.elements_in(b"", is_last=True)


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse  # entities could grow without end
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._add
        self.found: list[Element] = []
        self.text = ""
        self.bytes = self.elements = 0

    def elements_in(self, piece: bytes, *, is_last: bool = False) -> list[Element]:
        self.found = []
        self.bytes += len(piece)
        self.parser.Parse(piece, is_last)
        if self.bytes > MAX_PART_BYTES or self.bytes - self.parser.CurrentByteIndex > MAX_TAG_BYTES:
            raise WorkbookError
        return self.found

    def _refuse(self, *_declaration: object) -> None:
        raise WorkbookError

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise WorkbookError
        self.text = ""
        self.found.append(Element(name.rpartition(" ")[2], attributes))

    def _end(self, name: str) -> None:
        self.found.append(Element(name.rpartition(" ")[2], {}, self.text, is_end=True))
        self.text = ""

    def _add(self, text: str) -> None:
        self.text = (self.text + text)[:MAX_TEXT] if len(self.text) < MAX_TEXT else self.text
