"""What somebody typed is text in every spreadsheet program."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from lib import spreadsheets
from lib.letters import visible
from lib.spreadsheets import as_csv, as_typed, as_workbook
from tests.regex_attacks import steps_on


def in_csv(text):
    return as_csv([[text]]).decode("utf-8-sig").strip()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
        ('x; "=1+1', '"x; ""\'=1+1"'),
        ("x;＝1", "x;'＝1"),
        ("x;-cmd", "x;'-cmd"),
        ("Cold; -4.5 at night, +49 30 1", '"Cold; -4.5 at night, +49 30 1"'),
        ("Well; good - or not", "Well; good - or not"),
    ],
)
def test_no_cell_begins_a_formula_wherever_a_program_splits(text, written):
    assert in_csv(text) == written


def test_a_workbook_has_one_cell_and_nothing_to_split():
    sheet = load_workbook(io.BytesIO(as_workbook([["Heading"], ["x;=1"], ["＝1"]]))).active
    assert [row[0].value for row in sheet] == ["Heading", "x;=1", "＝1"]


TEXTS = "=1+1|+1 512 555 0170|-4.5|@SUM(A1)|＝1|  =1|'=1|'t Hooft|=HYPERLINK(1)|x;=1|''=1".split("|")


@pytest.mark.parametrize("text", TEXTS)
def test_a_workbook_holds_texts_as_texts(text):
    """It needs no apostrophe, and a program in which somebody edits the cell leaves it a text."""
    cell = load_workbook(io.BytesIO(as_workbook([["Heading"], [text]]))).active["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix or not text.lstrip().startswith(("=", "+", "-", "@", "＝"))


@given(st.text(st.sampled_from("=+-@'\";|, a4.＝\xa0"), max_size=12))
def test_what_was_made_safe_is_read_as_it_was_typed(text):
    [[cell]] = csv.reader(io.StringIO(as_csv([[text]]).decode("utf-8-sig"), newline=""))
    assert as_typed(cell) == visible(text, " ")


@pytest.mark.parametrize("how", ["finditer"])
@pytest.mark.parametrize("piece", [";", "; ", ";'", " ", "';", '|"', ";=", "; '="])
def test_twice_the_cell_takes_twice_the_steps(piece, how):
    """The pattern's own steps are counted: no clock is looked at."""
    for pattern in (spreadsheets._AFTER_SEPARATOR, spreadsheets._BEFORE_FORMULA):
        for tail in ("", " " * 400):
            once, twice = (steps_on(pattern, piece * size + tail, how) for size in (200, 400))
            assert twice <= 3 * once
