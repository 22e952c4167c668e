"""What somebody typed is text in every spreadsheet program."""

import io

import pytest
from openpyxl import load_workbook

from lib.spreadsheets import as_csv, as_workbook


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
    assert [row[0].value for row in sheet] == ["Heading", "x;=1", "'＝1"]


def test_long_texts_take_no_time():
    in_csv(";" * 100_000 + " " * 100_000)
