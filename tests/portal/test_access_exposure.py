"""The exposure report, and the snapshot that keeps what is shipped from growing unnoticed."""

import json
from copy import deepcopy
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Contact, RecordPermission, WebRole
from portal.access.exposure import REGISTRANT, VISITOR, exposure, growth, snapshot
from portal.access.reach import reach_of
from portal.access.readers import readers_of
from portal.access.rights import Rights
from portal.access.subjects import PageSubject
from portal.models import Page
from tests.cases.factories import make_case
from tests.factories import make_contact
from tests.knowledgebase.factories import make_article
from tests.portal.factories import make_page, restrict

AGREED = Path(__file__).parent.parent.parent / "docs" / "access.json"


def run(*arguments):
    out = StringIO()
    call_command("access_report", *arguments, stdout=out)
    return out.getvalue()


def test_what_is_shipped_exposes_what_was_agreed(db):
    """If this fails, shipped roles, pages or types have changed. Look at each line; then run access_report
    --write docs/access.json."""
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
    RecordPermission.objects.create(
        role=WebRole.objects.get(name=role), record_type=record_type, scope=scope, can_read=True
    )
    with pytest.raises(CommandError, match=line):
        run("--check", str(AGREED))


def test_the_check_fails_for_a_new_role_and_a_new_built_in_page(db):
    WebRole.objects.create(name="Newcomer")
    Page.objects.create(
        path="/new/", slug="new", parent=Page.objects.get(path="/"), title="New", is_builtin=True
    )
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
    assert (
        growth(found, {**found, "readers": {**found["readers"], "registrant": {"rights": {}, "pages": []}}})
        == []
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"record_types": 1, "pages": 1, "readers": 1}'])
def test_a_file_that_is_no_snapshot_is_an_error_that_says_so(db, tmp_path, text):
    file = tmp_path / "agreed.json"
    file.write_text(text)
    with pytest.raises(CommandError, match="cannot be read"):
        run("--check", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        run("--check", str(tmp_path / "missing.json"))


# What the reports say of a page is what a click on it gets


@pytest.fixture
def pages(acme):
    """As shipped, and what administrators have made of it: pages of their own, rules, roles with odd
    rights."""
    restrict("/forums/", "Portal User Manager")
    restrict("/managers/", "Portal User Manager")
    restrict("/public/", "Anonymous Users", "Authenticated Users")
    make_page("/draft/", is_draft=True)
    odd = {
        "Reads own contact": ("contact", "contact", "read"),
        "Reads all contacts": ("contact", "global", "read"),
        "Creates contacts": ("contact", "account", "create"),
        "Reads own invoices": ("invoice", "account", "read"),
    }
    for name, (record_type, scope, privilege) in odd.items():
        role = WebRole.objects.create(name=name)
        RecordPermission.objects.create(
            role=role, record_type=record_type, scope=scope, **{f"can_{privilege}": True}
        )
    return odd


@pytest.fixture(params=["as shipped", "narrowed", "opened"])
def world(request, pages):
    """Rights of everybody: as they come, without cases and articles, and with articles for visitors."""
    everybodys = RecordPermission.objects.filter(role__for_authenticated=True)
    if request.param == "narrowed":
        everybodys.filter(record_type__in=["article", "forum"]).delete()
        everybodys.filter(record_type="case").update(can_create=False)
    if request.param == "opened":
        visitors = WebRole.objects.get(for_anonymous=True)
        RecordPermission.objects.create(role=visitors, record_type="article", scope="global", can_read=True)


def clicks(browser, rights):
    """Which pages open."""
    return {path: browser.get(path).status_code == 200 for path in rights.configuration.pages}


def people_of_every_role(acme):
    """Column of the table → somebody who is such a reader."""
    given = WebRole.objects.exclude(for_authenticated=True).exclude(for_anonymous=True)
    people = {role.name: make_contact(f"Person{role.pk}", acme, role.name) for role in given}
    return {**people, REGISTRANT: make_contact("Newcomer", None)}


def test_what_the_reports_say_of_pages_is_what_each_reader_gets_by_a_click(world, acme, sign_in, subtests):
    people = {VISITOR: None, **people_of_every_role(acme)}
    rights = Rights.now()
    got = {name: clicks(sign_in(person), rights) for name, person in people.items()}
    with subtests.test("the whole table"):
        the_table_says(exposure(rights), got)
    people.pop(VISITOR)
    for_visitors = got.pop(VISITOR)
    with subtests.test("what one person can see"):
        each_reach_says({person.pk: got[name] for name, person in people.items()}, rights)
    with subtests.test("who sees a page"):
        each_page_says({person.pk: got[name] for name, person in people.items()}, for_visitors, rights)


def the_table_says(report, got):
    assert {column.name for column in report.columns} == set(got)
    said = {
        column.name: {path: opening[number] for path, opening in report.pages}
        for number, column in enumerate(report.columns)
    }
    assert said == got


def each_reach_says(got, rights):
    loaded = {person.pk: person for person in Contact.objects.with_rights().select_related("account", "user")}
    for pk, opened in got.items():
        reach = {page.page.path: page for page in reach_of(loaded[pk], rights).pages}
        assert {path: page.opens for path, page in reach.items()} == opened
        assert all(bool(page.refusal) != page.opens for page in reach.values())


def each_page_says(got, for_visitors, rights):
    for path, entry in rights.configuration.pages.items():
        subject = PageSubject(entry, rights)
        assert set(readers_of(subject).contacts.values_list("pk", flat=True)) == {
            pk for pk, opened in got.items() if opened[path]
        }
        assert subject.is_seen_by_visitors == for_visitors[path]


def test_invoices_and_users_open_for_those_alone_who_have_them(acme):
    agreed = json.loads(AGREED.read_text())["readers"]
    assert {name for name, reader in agreed.items() if "/invoices/" in reader["pages"]} == {
        "Portal Finance User"
    }
    assert {name for name, reader in agreed.items() if "/users/" in reader["pages"]} == {
        "Portal User Manager"
    }


def test_why_a_page_does_not_open_is_said_in_words(acme, sign_in):
    rights = Rights.now()
    alice = make_contact("Alice", acme)
    refusals = {page.page.path: page.refusal for page in reach_of(alice, rights).pages if not page.opens}
    assert (
        refusals["/invoices/"] == "Does a role permit the purpose of the page? "
        "No: no role permits it with a wide enough scope (read Invoices)."
    )


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
