import io
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from lib import workbooks
from lib.workbooks import WorkbookError, rows_of_workbook

SHEET, REFERENCES = "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(*rows):
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def changed(content, part, change, compression=zipfile.ZIP_DEFLATED):
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name in source.namelist():
            archive.writestr(name, change(source.read(name)) if name == part else source.read(name))
    return target.getvalue()


def with_rows(rows):
    return changed(
        workbook(["x"]),
        SHEET,
        lambda sheet: sheet.partition(b"<row")[0] + rows.encode() + b"</sheetData></worksheet>",
    )


def with_shared_texts(items, *numbers):
    """As Excel itself writes: cells name texts by their number in a list."""
    reference = (
        f'<Relationship Id="rId77" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    content = with_rows("<row>" + "".join(f'<c t="s"><v>{number}</v></c>' for number in numbers) + "</row>")
    content = io.BytesIO(
        changed(content, REFERENCES, lambda xml: xml.replace(b"</Relationships>", reference.encode()))
    )
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst>{items}</sst>")
    return content.getvalue()


def read(content, max_rows=100, max_columns=10):
    return list(rows_of_workbook(content, max_rows=max_rows, max_columns=max_columns))


def test_texts_numbers_and_formulas_are_read():
    rows = read(workbook(["Dora", 15125550170, 1.5, "=1+1", True, None, "Ünïcode 日本"]))
    assert rows == [["Dora", 15125550170.0, 1.5, "", "1", "", "Ünïcode 日本"]]


def test_the_first_sheet_is_read_whatever_its_file_is_called():
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["second"])
    book.create_sheet("First", 0).append(["first"])
    book.save(content)
    assert read(content.getvalue()) == [["first"]]


def test_rows_and_cells_that_the_file_leaves_out_keep_their_places():
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active["B2"] = "here"
    book.active["D4"] = "there"
    book.save(content)
    assert [row for row in read(content.getvalue()) if any(row)] == [["", "here"], ["", "", "", "there"]]
    assert [number for number, row in enumerate(read(content.getvalue()), 1) if any(row)] == [2, 4]


def test_texts_that_are_kept_in_one_list_are_found_there():
    assert read(with_shared_texts("<si><t>Dora</t></si><si><t>Quist</t></si>", 1, 0, 1)) == [
        ["Quist", "Dora", "Quist"]
    ]


def test_a_text_in_several_pieces_is_one_and_its_pronunciation_is_left_out():
    rich = workbook([CellRichText("Do", TextBlock(InlineFont(b=True), "ra"))])
    spoken = with_shared_texts("<si><r><t>Do</t></r><r><t>ra</t></r><rPh><t>do-ra</t></rPh></si>", 0)
    assert read(rich) == read(spoken) == [["Dora"]]


def in_pieces(count):
    return with_rows(f'<row><c t="inlineStr"><is>{"<r><t>x</t></r>" * count}</is></c></row>')


def test_a_text_has_as_many_pieces_as_somebody_can_make_by_hand():
    assert read(in_pieces(workbooks.MAX_PIECES)) == [["x" * workbooks.MAX_TEXT]]
    with pytest.raises(WorkbookError):
        read(in_pieces(workbooks.MAX_PIECES + 1))


def test_no_part_has_more_elements_than_a_list_needs(monkeypatch):
    """What a list has no use for counts as well: it takes as long to read."""
    monkeypatch.setattr(workbooks, "MAX_ELEMENTS", 100)
    assert read(with_rows("<row>" + "<x/>" * 50 + "</row>")) == [[]]
    with pytest.raises(WorkbookError):
        read(with_rows("<row>" + "<x/>" * 100 + "</row>"))


def test_cells_without_a_place_follow_each_other():
    content = with_rows('<row><c t="inlineStr"><is><t>a</t></is></c><c><v>2</v></c></row>')
    assert read(content) == [["a", 2.0]]


def test_reading_stops_at_the_last_row_and_column_wanted():
    content = workbook(*[[n, n, n] for n in range(20)])
    assert read(content, max_rows=3, max_columns=2) == [[n, n] for n in range(3)]
    far = changed(content, SHEET, lambda sheet: sheet.replace(b'<row r="20"', b'<row r="1000000000"'))
    assert len(read(far)) == 19


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:200],
        lambda content: changed(content, SHEET, lambda sheet: sheet[:-20]),
        lambda _content: with_shared_texts("<si><t>Dora</t></si>", 9),
        lambda content: changed(content, SHEET, lambda sheet: sheet.replace(b'<row r="1"', b'<row r="one"')),
        lambda content: changed(content, "xl/workbook.xml", lambda book: book.replace(b"rId1", b"rId99")),
        lambda content: changed(content, "_rels/.rels", lambda _relations: b"<Relationships/>"),
        lambda content: changed(content, SHEET, lambda sheet: sheet, zipfile.ZIP_LZMA),
    ],
    ids=[
        "cut off",
        "unfinished sheet",
        "no such text",
        "no row number",
        "no sheet",
        "no book",
        "strange compression",
    ],
)
def test_a_damaged_workbook_is_refused(damage):
    with pytest.raises(WorkbookError):
        read(damage(workbook(["Dora"])))


def test_dates_are_the_numbers_that_the_file_has():
    """Lists of people have none; telling a date from a number takes the styles."""
    assert read(workbook([date(2026, 1, 1)])) == [[46023.0]]
