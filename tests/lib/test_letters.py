"""What is written with joiners keeps them, in names, subjects, file names, and lists."""

import io

import openpyxl
import pytest

from cases.models import Case
from lib.contact_lists import read_contact_list
from lib.letters import visible
from lib.spreadsheets import as_csv, as_workbook
from lib.uploads import NAME_LIMIT, clean_name
from tests.cases.test_opening import NEW, new_case_data

WITH_JOINERS = {
    "family": "👨\u200d👩\u200d👧",
    "Persian name": "علی\u200cرضا",
    "Persian verb": "می\u200cخواهم",
    "Persian plural of a Latin word": "PDF\u200cها",
    "Kurdish": "ده\u200cنگ",
    "Urdu": "خوب\u200cصورت",
    "Uyghur": "ئۇيغۇر\u200cچە",
    "Hindi": "क्\u200dष",
    "Marathi": "दर्\u200dया",
    "Nepali": "गर्\u200dयो",
    "Bengali, at the end": "হঠাত্\u200d",
    "Malayalam, at the end": "അവന്\u200d",
    "Sinhala": "ශ්\u200dරී ලංකා",
    "Kannada": "ರ್\u200dಯಾಂಕ್",
    "Telugu": "క్\u200cష",
    "Tamil": "க்\u200cஷ",
    "heart on fire": "❤️\u200d🔥",
    "rainbow": "🏳️\u200d🌈",
    "programmer": "👩🏽\u200d💻",
    "polar bear": "🐻\u200d❄️",
}
NAMES = [pytest.param(name, id=kind) for kind, name in WITH_JOINERS.items()]
INVISIBLE = {
    "between Latin letters": ("al\u200dice", "alice"),
    "between digits": ("C-1\u200c0", "C-10"),
    "at the beginning": ("\u200dعلی", "علی"),
    "alone": ("\u200c\u200d", ""),
    "twice": ("علی\u200c\u200cرضا", "علی\u200cرضا"),
    "behind a space": ("a \u200dب", "a ب"),
    "at the end of a Latin word": ("Alice\u200d", "Alice"),
    "direction": ("a\u202eb\u2066c", "abc"),
    "zero-width space": ("a\u200bب\u200bج", "aبج"),
    "byte order mark": ("\ufeffAlice", "Alice"),
    "soft hyphen": ("Zu\u00adcker", "Zucker"),
    "word joiner": ("a\u2060b", "ab"),
    "control": ("a\x00\x07\x9fb", "ab"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_joiner_stays_in_whatever_it_joins(name):
    assert visible(name) == name
    assert clean_name(f"{name}.txt") == f"{name}.txt"
    assert as_csv([[name]]).decode("utf-8-sig").strip() == name
    book = openpyxl.load_workbook(io.BytesIO(as_workbook([["Name"], [name]])))
    assert book.active["A2"].value == name
    head = "First name,Last name,Email"
    [row] = read_contact_list("a.csv", f"{head}\n{name},{name},a@acme.example\n".encode())
    assert row["first_name"] == row["last_name"] == name


@pytest.mark.parametrize(("text", "kept"), INVISIBLE.values(), ids=INVISIBLE)
def test_what_nobody_sees_goes_where_it_joins_nothing(text, kept):
    assert visible(text) == kept


def test_a_long_name_with_joiners_is_shortened():
    kept = clean_name("علی\u200cرضا" * 100 + ".txt")
    assert len(kept) == NAME_LIMIT
    assert kept.endswith(".txt")


@pytest.mark.parametrize("name", NAMES)
def test_a_subject_keeps_its_joiners(name, sign_in, alice):
    """On the web it always did."""
    sign_in(alice).post(NEW, new_case_data(subject=f"Für {name}"))
    assert Case.objects.get().subject == f"Für {name}"
