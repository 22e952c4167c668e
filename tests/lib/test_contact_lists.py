"""Lists of people as many programs write them: each file of ``lists`` with what is read of it beside it."""

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from accounts.actions.contact_imports import check_import
from accounts.actors import Actor
from lib.charsets import codec_of
from lib.contact_lists import CHARSETS, Unclear, read_contact_list
from lib.spreadsheets import as_csv, as_workbook

FILES = sorted((Path(__file__).parent / "lists").glob("*.csv"))
HEAD = "First name,Last name,Email"


def read(path: Path) -> dict[str, Any]:
    """As the results are written down; of the readings of a charset the likeliest."""
    try:
        rows = read_contact_list(path.name, path.read_bytes())
    except Unclear as unclear:
        options = [[option.value, option.preview] for option in unclear.options]
        return {
            "question": unclear.name,
            "options": options[:1] if unclear.name == "charset" else options,
        }
    except ValidationError as error:
        return {"error": error.messages[0].removesuffix(", or text follows it. Correct the line first.")}
    return {"rows": [{name: value for name, value in row.items() if value and name != "row"} for row in rows]}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_list_is_read_asked_about_or_refused_with_its_line(path):
    assert read(path) == json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize("label", CHARSETS)
def test_an_answer_about_the_letters_is_taken(label):
    content = f"{HEAD}\n\u00a0Ann,Lee,ann@x.example\n".encode(codec_of(label) or label, "ignore")
    assert read_contact_list("a.csv", content, {"charset": label})[0]["last_name"] == "Lee"


OLDER = [("macintosh", name) for name in ("Jörg", "René", "Müller", "Núñez", "Åse", "Søren", "José")]
OLDER += [("IBM850", name) for name in ("Jörg", "René", "Müller", "Strauß", "Søren", "Château", "José")]


@pytest.mark.parametrize(("label", "name"), OLDER)
def test_letters_of_a_mac_or_of_dos_are_asked_about(label, name):
    """Excel offers both when it saves a list, and calls both CSV."""
    line = f"{name},Lee,ann@x.example"
    with pytest.raises(Unclear) as raised:
        read_contact_list("a.csv", f"{HEAD}\n{line}\n".encode(codec_of(label) or label))
    assert [option.preview for option in raised.value.options if option.value == label] == [line]


@pytest.mark.parametrize(("answer", "email"), [("2", "ann@x.example"), ("4", "ann@home.example")])
def test_an_answer_about_the_columns_is_taken(answer, email):
    content = (Path(__file__).parent / "lists" / "two_emails.csv").read_bytes()
    [row] = read_contact_list("a.csv", content, {"column_email": answer})
    assert (row["email"], row["phone"]) == (email, "1")


@pytest.mark.parametrize("answer", ["", "0", "99", "-1", "x", "²"])
def test_an_answer_that_is_none_is_asked_again(answer):
    content = (Path(__file__).parent / "lists" / "two_emails.csv").read_bytes()
    with pytest.raises(Unclear):
        read_contact_list("a.csv", content, {"column_email": answer, "charset": answer})


def test_rows_keep_the_number_that_they_have_in_the_file():
    content = f"sep=,\n\n{HEAD}\n\nAnn,Lee,ann@x.example\n\nBob,May,bob@x.example\n".encode()
    assert [row["row"] for row in read_contact_list("a.csv", content)] == [5, 7]


NAMES = "=1+1/+1 512 555 0170/-/@ann/'t Hooft/'=x/Ann; =Lee/Ann |-x/Zoë/علی\u200cرضا/a,b/A \"B\"".split("/")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("kind", "write"), [("csv", as_csv), ("xlsx", as_workbook)])
def test_our_own_export_brought_in_again_is_unchanged(kind, write, name):
    rows = [["First name", "Last name", "Email", "Phone"], [name, name, "a@x.example", name]]
    [row] = read_contact_list(f"a.{kind}", write(rows))
    assert (row["first_name"], row["last_name"], row["phone"]) == (name, name, name)


SAME = [
    ("d@bücher.example", "d@xn--bcher-kva.example"),
    ("d@BÜCHER.example", "d@bücher.example"),
    ("d@bu\u0308cher.example", "d@bücher.example"),
    ("d@XN--BCHER-KVA.example", "d@bücher.example"),
    ("D@bücher.EXAMPLE", "d@xn--bcher-kva.example"),
    ("d@ｂücher.example", "d@bücher.example"),
    ("d@straße.example", "d@xn--strae-oqa.example"),
    ("d@пример.example", "d@xn--e1afmkfd.example"),
    ("d@例え.example", "d@xn--r8jz45g.example"),
    ("d@Ann.Example", "d@ann.example"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_an_address_are_one_person(bob, one, other):
    content = f"{HEAD}\nAnn,Lee,{one}\nAnn,Lee,{other}\n".encode()
    checked = check_import(actor=Actor(user=bob.user, contact=bob), file_name="a.csv", content=content)
    assert [error["row"] for error in checked.errors] == [3]
    assert "is already in row 2" in checked.errors[0]["error"]


def test_cells_beyond_the_headings_are_named(bob):
    content = f"{HEAD}\nAnn,Lee,ann@x.example,4711\nBob,May,bob@x.example,\n".encode()
    checked = check_import(actor=Actor(user=bob.user, contact=bob), file_name="a.csv", content=content)
    assert checked.errors == [{"row": 2, "error": "There are cells beyond the headings: 4711"}]


@pytest.mark.parametrize("stem", ["charset_windows_1251", "two_emails"])
def test_bob_is_asked_and_his_answer_counts(sign_in, bob, stem):
    browser, path = sign_in(bob), next(path for path in FILES if path.stem == stem)
    page = browser.post("/users/import/", {"file": io.BytesIO(path.read_bytes()), "nothing": "x"})
    assert page.status_code == 200
    page = browser.post("/users/import/", {"file": named(path)})
    question = page.context["question"]
    assert f'name="{question.name}"' in page.text
    assert question.options[0].preview in page.text
    answer = {question.name: question.options[0].value}
    response = browser.post("/users/import/", {"file": named(path), **answer})
    assert response.status_code == 302
    assert question.options[0].preview.split(",")[0] in browser.get(response["Location"]).text


def named(path: Path) -> io.BytesIO:
    file = io.BytesIO(path.read_bytes())
    file.name = path.name
    return file


def test_a_workbook_asks_about_its_columns_too():
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["First name", "Last name", "Email", "E-mail"])
    book.active.append(["Ann", "Lee", "a@x.example", "b@x.example"])
    book.save(content)
    with pytest.raises(Unclear) as unclear:
        read_contact_list("a.xlsx", content.getvalue())
    assert [option.preview for option in unclear.value.options] == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize("piece", ['"', '",', "\n", ",", "é", "'=", "; '", "a\r"])
def test_a_hostile_list_is_read_or_refused_at_once(piece):
    """Each letter is looked at a few times: the steps of the patterns are counted elsewhere."""
    with pytest.raises(ValidationError):
        read_contact_list("a.csv", (HEAD + "\n" + piece * 100_000 + '\n"').encode("cp1252"))
