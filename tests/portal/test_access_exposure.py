"""The exposure report, and the snapshot that keeps what is shipped from growing unnoticed."""

import json
from copy import deepcopy
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import RecordPermission, WebRole
from portal.access.exposure import growth, snapshot
from portal.access.rights import Rights
from portal.models import Page
from tests.cases.factories import make_case
from tests.knowledgebase.factories import make_article

AGREED = Path(__file__).parent.parent.parent / "docs" / "access.json"


def run(*arguments):
    out = StringIO()
    call_command("access_report", *arguments, stdout=out)
    return out.getvalue()


def test_what_is_shipped_exposes_what_was_agreed(db):
    """If this fails, shipped roles, pages or types have changed. Look at each line; then run access_report --write docs/access.json."""
    assert snapshot(Rights.now()) == json.loads(AGREED.read_text())
    assert "No more is exposed" in run("--check", str(AGREED))


def test_visitors_see_nothing_as_shipped(db):
    shipped = json.loads(AGREED.read_text())["readers"]["visitor"]
    assert shipped == {"rights": {}, "pages": []}


GROWTH = {
    "visitor: article read, nothing → global": ("Anonymous Users", "article", "global"),
    "registrant: case read, contact → global": ("Authenticated Users", "case", "global"),
    "Portal Finance User: case read, contact → account": ("Portal Finance User", "case", "account"),
}


@pytest.mark.parametrize("line", GROWTH)
def test_the_check_fails_when_anybody_is_given_more(db, line):
    role, record_type, scope = GROWTH[line]
    RecordPermission.objects.create(role=WebRole.objects.get(name=role), record_type=record_type, scope=scope, can_read=True)
    with pytest.raises(CommandError, match=line):
        run("--check", str(AGREED))


def test_the_check_fails_for_a_new_role_and_a_new_built_in_page(db):
    WebRole.objects.create(name="Newcomer")
    Page.objects.create(path="/new/", slug="new", parent=Page.objects.get(path="/"), title="New", is_builtin=True)
    with pytest.raises(CommandError) as refusal:
        run("--check", str(AGREED))
    assert "new role: Newcomer" in str(refusal.value)
    assert "new built-in page: /new/" in str(refusal.value)


def test_a_new_type_and_an_opened_page_count_as_growth_and_less_does_not(db):
    found = snapshot(Rights.now())
    agreed = deepcopy(found)
    agreed["record_types"].remove("case")
    agreed["readers"]["registrant"]["pages"].remove("/cases/")
    assert growth(agreed, found) == ["new record type: case", "registrant: opens /cases/"]
    assert growth(found, {**found, "readers": {**found["readers"], "registrant": {"rights": {}, "pages": []}}}) == []


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"record_types": 1, "pages": 1, "readers": 1}'])
def test_a_file_that_is_no_snapshot_is_an_error_that_says_so(db, tmp_path, text):
    file = tmp_path / "agreed.json"
    file.write_text(text)
    with pytest.raises(CommandError, match="cannot be read"):
        run("--check", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        run("--check", str(tmp_path / "missing.json"))


def test_what_was_written_passes_the_check(db, tmp_path):
    WebRole.objects.create(name="Newcomer")
    file = str(tmp_path / "agreed.json")
    run("--write", file)
    assert "No more is exposed" in run("--check", file)


def test_the_report_counts_rows_for_each_reader(alice, ivan):
    make_case(alice)
    make_article()
    report = json.loads(run("--format", "json"))
    assert report["visitor"]["records"]["Cases"] == {"rows": 0, "scope": ""}
    assert report["registrant"]["records"]["Articles"] == {"rows": 1, "scope": "global"}
    assert report["Portal IT User"]["records"]["Cases"] == {"rows": 1, "scope": "account"}
    text = run()
    assert "Portal IT User" in text
    assert "/cases/" in text
