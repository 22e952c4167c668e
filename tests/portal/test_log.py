"""Bob reads what happened to the people of Acme and their access: theirs alone, without secrets, and takes it
along."""

import ast
import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions import record_activity
from accounts.actors import SYSTEM, Actor
from accounts.models import Activity, Contact, User
from portal.history.account_log import NOT_TOLD, deeds
from portal.views import log
from tests.cases.factories import make_case
from tests.factories import PASSWORD, grant, make_contact
from tests.invoices.factories import make_invoice

LOG, EXPORT = "/users/log/", "/users/log/export/"


@pytest.fixture
def desk(sign_in, bob):
    """Bob's browser."""
    return sign_in(bob)


def told(browser, **query):
    """What the log says: about whom, what, by whom, from where."""
    return [
        (line.about, line.what, line.by, line.client_ip) for line in browser.get(LOG, query).context["lines"]
    ]


def note(contact, verb="contact.signed_in", at=None, **details):
    """A line of the past."""
    fields = {"actor": contact.user, "actor_name": contact.full_name, "label": contact.full_name}
    return Activity.objects.create(
        at=at or timezone.now(),
        verb=verb,
        record_type="contact",
        record_id=contact.pk,
        account=contact.account,
        contact=contact,
        details=details,
        **fields,
    )


def with_password(contact):
    contact.user.set_password(PASSWORD)
    contact.user.save()
    return contact


def sign_in_by_form(browser, email, password=PASSWORD, ip="192.0.2.7"):
    return browser.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=ip)


# Whose log it is


def test_bob_sees_who_signed_in_and_who_tried_to(desk, alice, visitor):
    with_password(alice)
    sign_in_by_form(visitor, alice.email, "wrong", ip="198.51.100.9")
    sign_in_by_form(visitor, alice.email)
    assert told(desk) == [
        ("Alice Tester", "Signed in", "", "192.0.2.7"),
        ("Alice Tester", "Incorrect password", "", "198.51.100.9"),
    ]


def test_bob_sees_what_he_and_his_colleagues_did(desk, acme):
    desk.post(
        "/users/new/",
        {"first_name": "Dora", "last_name": "Quist", "email": "dora@acme.example"},
        REMOTE_ADDR="192.0.2.8",
    )
    assert told(desk) == [
        ("Dora Quist", "Invited", "Bob Tester", "192.0.2.8"),
        ("Dora Quist", "Added", "Bob Tester", "192.0.2.8"),
    ]
    assert "To dora@acme.example" in desk.get(LOG).text


def test_nothing_of_another_account_is_in_the_log(desk, charlie, globex):
    note(charlie)
    record_activity(actor=SYSTEM, verb="account.access_reviewed", record=globex, removed=1)
    assert told(desk) == []


@pytest.mark.parametrize("is_internal", [False, True])
def test_what_is_internal_is_never_told(is_internal, desk, alice):
    record_activity(actor=SYSTEM, verb="contact.updated", record=alice, is_internal=is_internal)
    assert len(told(desk)) == (0 if is_internal else 1)


def test_cases_and_invoices_are_not_in_the_log_whatever_bob_may_read(desk, bob, alice, acme):
    grant(bob, "case", "account", "read")
    grant(bob, "invoice", "account", "read")
    make_case(alice, "Private matter")
    make_invoice(acme)
    assert Activity.objects.exists()
    assert told(desk) == []


def test_what_is_between_a_person_and_the_company_is_not_told(desk, alice):
    for verb in NOT_TOLD:
        record_activity(actor=Actor(alice.user), verb=verb, record=alice)
    assert told(desk) == []


def test_a_verb_without_words_is_not_told(desk, alice):
    record_activity(actor=SYSTEM, verb="contact.looked_at", record=alice)
    assert told(desk) == []


def test_of_somebody_who_works_for_two_companies_each_manager_sees_the_own_contact_alone(
    visitor, sign_in, bob, globex
):
    """The user has the name and address of Globex; Acme knows them otherwise."""
    grace = make_contact("Grace", globex, "Portal User Manager")
    user = make_contact("Zoe", globex, last_name="Secret").user
    User.objects.filter(pk=user.pk).update(first_name="Zoe", last_name="Secret")
    make_contact("Joe", bob.account, user=user, email="joe@acme.example")
    user.refresh_from_db()
    user.set_password(PASSWORD)
    user.save()
    sign_in_by_form(visitor, user.email, "wrong")
    sign_in_by_form(visitor, user.email)
    at_acme = sign_in(bob)
    assert {about for about, *_ in told(at_acme)} == {"Joe Tester"}
    assert {about for about, *_ in told(sign_in(grace))} == {"Zoe Secret"}
    for text in (at_acme.get(LOG).text, b"".join(at_acme.post(EXPORT).streaming_content).decode()):
        assert not [word for word in ("Zoe", "Secret", "globex", "Globex") if word in text]
    assert not Activity.objects.filter(account=bob.account, actor_name__contains="Secret").exists()


@pytest.mark.parametrize("privileges", [("read",), ("write",), ("create",)])
def test_who_does_not_look_after_the_contacts_has_no_log(privileges, sign_in, alice):
    grant(alice, "contact", "account", *privileges)
    browser = sign_in(alice)
    assert browser.get(LOG).status_code == 403
    assert browser.post(EXPORT).status_code == 403
    assert not Activity.objects.about_people(alice).exists()
    assert not Activity.objects.filter(verb="account.log_exported").exists()


def test_a_manager_who_is_demoted_reads_nothing_with_the_next_click(desk, bob):
    assert desk.get(LOG).status_code == 200
    bob.roles.clear()
    assert desk.get(LOG).status_code == 403


def test_an_individual_customer_has_no_log(sign_in, db):
    assert sign_in(make_contact("Paul", None, "Portal User Manager")).get(LOG).status_code == 403


def test_the_log_is_found_under_manage_users_by_those_who_may_read_it(desk, sign_in, alice):
    assert f'href="{LOG}"' in desk.get("/users/").text
    grant(alice, "contact", "account", "read")
    assert LOG not in sign_in(alice).get("/users/").text


def test_the_home_page_stays_free_of_sign_ins(desk, bob, alice):
    note(alice, "contact.signed_in")
    note(alice, "contact.deactivated")
    assert [event.sentence for event in desk.get("/").context["events"]] == ["deactivated"]


# What it says


def test_each_line_leads_to_the_person(desk, alice):
    note(alice)
    assert f'href="/users/{alice.pk}/">Alice Tester</a>' in desk.get(LOG).text


@pytest.mark.parametrize(
    ("verb", "details", "facts"),
    [
        (
            "contact.roles_changed",
            {"added": ["Portal IT User", "Other"], "removed": []},
            ["Added: Portal IT User, Other"],
        ),
        ("contact.updated", {"fields": ["job_title", "gone"]}, ["Changed: Job title, other"]),
        (
            "contact.address_changed",
            {"old": "a@acme.example", "new": "b@acme.example"},
            ["From a@acme.example to b@acme.example"],
        ),
        ("contact.locked", {"until": "2026-11-25T10:00:00+00:00"}, ["Until Nov 25, 2026, 10 a.m."]),
        ("contact.locked", {"until": "nonsense"}, []),
        ("second_factor.switched_on", {"method": "app"}, ["Authenticator app"]),
        ("contact.identity_connected", {"provider": "google"}, ["At google"]),
        ("contact.invited", {"email": "a@acme.example", "roles": [], "invitation": 7}, ["To a@acme.example"]),
        ("contact.signed_in", {"token": "secret-of-the-future"}, []),
    ],
)
def test_details_are_told_in_words_and_only_those_that_are_meant_to_be(desk, alice, verb, details, facts):
    note(alice, verb, **details)
    page = desk.get(LOG)
    assert page.context["lines"][0].facts == facts
    assert "secret-of-the-future" not in page.text


def test_deactivating_and_handing_over_are_told_once_for_all_cases(desk, alice, fiona):
    for n in range(3):
        make_case(alice, f"Confidential {n}")
    desk.post(f"/users/{alice.pk}/deactivate/", {"heir": fiona.pk})
    page = desk.get(LOG)
    assert [line.what for line in page.context["lines"]] == ["Cases transferred", "Deactivated"]
    assert page.context["lines"][0].facts == ["3 to Fiona Tester"]
    assert "Confidential" not in page.text


def written_verbs():
    """Every verb that a module of ours writes as a text: "contact.invited"."""
    sources = [
        path
        for app in ("accounts", "portal")
        for path in Path(app).rglob("*.py")
        if "migrations" not in path.parts
    ]
    texts = (
        node.value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
    )
    subjects = ("contact.", "account.", "second_factor.", "browser.", "session.")
    return {
        text
        for text in texts
        if isinstance(text, str) and text.startswith(subjects) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text)
    }


STAFF_ONLY = {
    "account.created",
    "account.updated",
    "account.review_reminded",
    "contact.exported",
    "contact.previewed",
    "contact.preview_ended",
}
"""Recorded as internal, or of no account."""


def test_every_deed_about_people_has_words_or_is_kept_back_on_purpose():
    assert written_verbs() - set(deeds()) - NOT_TOLD - STAFF_ONLY == set()
    assert "contact.invited" in written_verbs()


# Filters and pages


@pytest.fixture
def history(alice, fiona, bob):
    """A line a day in March: Alice signs in, Fiona is invited by Bob, Alice's roles are changed by Bob."""
    note(alice, at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    for contact, verb, day in ((fiona, "contact.invited", 2), (alice, "contact.roles_changed", 3)):
        line = note(contact, verb, at=datetime(2026, 3, day, 12, tzinfo=UTC))
        assert line.account == bob.account
    return bob


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Roles changed", "Invited", "Signed in"]),
        ({"kind": "sign-in"}, ["Signed in"]),
        ({"kind": "invitation"}, ["Invited"]),
        ({"kind": "roles"}, ["Roles changed"]),
        ({"kind": "access"}, []),
        ({"q": "ALI test"}, ["Roles changed", "Signed in"]),
        ({"q": "fiona@acme"}, ["Invited"]),
        ({"q": "nobody"}, []),
        ({"since": "2026-03-02"}, ["Roles changed", "Invited"]),
        ({"until": "2026-03-02"}, ["Invited", "Signed in"]),
        ({"since": "2026-03-02", "until": "2026-03-02"}, ["Invited"]),
        ({"since": "2026-03-03", "until": "2026-03-01"}, []),
        ({"q": "alice", "kind": "sign-in", "since": "2026-03-01"}, ["Signed in"]),
    ],
)
def test_bob_narrows_the_log(history, desk, query, expected):
    assert [line.what for line in desk.get(LOG, query).context["lines"]] == expected


def test_bob_finds_what_somebody_did_to_others(desk, bob, alice, fiona):
    record_activity(actor=Actor(bob.user, bob), verb="contact.deactivated", record=alice)
    record_activity(actor=Actor(fiona.user, fiona), verb="contact.reactivated", record=alice)
    assert [what for _, what, *_ in told(desk, q="bob")] == ["Deactivated"]


def test_a_day_begins_where_the_reader_is(history, desk):
    """Half past eleven in the evening of the first, in London's winter, is the second in Berlin."""
    User.objects.filter(pk=history.user.pk).update(time_zone="Europe/Berlin")
    assert [what for _, what, *_ in told(desk, until="2026-03-01")] == []
    assert [what for _, what, *_ in told(desk, until="2026-03-02")] == ["Invited", "Signed in"]


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "kind=nonsense",
        "since=yesterday",
        "since=0001-01-01",
        "until=9999-12-31",
        "since=2026-02-30",
        "until=%00",
        "older=x_y",
        "newer=2026-01-01T00:00:00.000000%2B0000_99999999999999999999",
        "q=" + "x" * 500,
        "kind=roles&kind=access",
        "since=%ED%A0%80",
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_strange_address_is_harmless(query, zone, history, desk):
    User.objects.filter(pk=history.user.pk).update(time_zone=zone)
    assert desk.get(f"{LOG}?{query}").status_code == 200
    assert b"".join(desk.post(f"{EXPORT}?{query}").streaming_content)


def test_a_date_that_is_none_is_said_so_and_stays(history, desk):
    page = desk.get(LOG, {"since": "31/31/2026"})
    assert "Enter a valid date." in page.text
    assert 'value="31/31/2026"' in page.text
    assert len(page.context["lines"]) == 3


def test_bob_leafs_through_the_log_and_the_filters_stay(desk, alice):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    for n in range(60):
        note(alice, at=start + timedelta(minutes=n))
    first = desk.get(LOG, {"kind": "sign-in"})
    older = first.context["page"].older_url
    assert "kind=sign-in" in older
    second = desk.get(LOG + older)
    assert [len(page.context["lines"]) for page in (first, second)] == [50, 10]
    assert second.context["page"].older_url == ""
    assert desk.get(LOG + second.context["page"].newer_url).context["lines"] == first.context["lines"]


def test_an_empty_log_says_what_will_be_there_and_a_filter_without_result_offers_everything(desk, alice):
    assert "No activity yet" in desk.get(LOG).text
    note(alice)
    page = desk.get(LOG, {"q": "nobody"}).text
    assert "No matches" in page
    assert f'href="{LOG}"' in page


@pytest.mark.parametrize("rows", [1, 50])
def test_the_log_costs_the_same_for_one_line_and_for_fifty(desk, acme, rows, django_assert_max_num_queries):
    for n in range(rows):
        note(make_contact(f"Person{n}", acme))
    desk.get(LOG)
    with django_assert_max_num_queries(5):
        desk.get(LOG)


def test_an_index_has_the_order_of_the_log(bob, charlie):
    people, now = [bob, *[charlie] * 9], timezone.now()
    Activity.objects.bulk_create(
        Activity(
            at=now,
            verb="contact.signed_in",
            record_type="contact",
            account=people[n % 10].account,
            contact=people[n % 10],
        )
        for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_activity")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = log._lines(bob, log.LogFilterForm({})).order_by("-at", "-pk")[:51].explain()
    assert "using accounts_activity_account" in plan
    assert "Sort" not in plan


# Taking it along


def exported(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_bob_takes_the_log_along_and_that_is_recorded(history, desk):
    response = desk.post(f"{EXPORT}?q=alice", REMOTE_ADDR="192.0.2.8")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="access-log-')
    assert "no-store" in response["Cache-Control"]
    heading, *rows = exported(response)
    assert heading == ["When (UTC)", "Person or record", "Event", "Details", "By", "IP address"]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("2026-03-03 12:00:00", "Alice Tester", "Roles changed"),
        ("2026-03-01 23:30:00", "Alice Tester", "Signed in"),
    ]
    line = Activity.objects.get(verb="account.log_exported")
    assert (line.actor, line.account, line.client_ip, line.details) == (
        history.user,
        history.account,
        "192.0.2.8",
        {},
    )


def test_the_file_tells_times_where_the_reader_is(history, desk):
    User.objects.filter(pk=history.user.pk).update(time_zone="Europe/Berlin")
    heading, *_rows, last = exported(desk.post(EXPORT))
    assert (heading[0], last[0]) == ("When (Europe/Berlin)", "2026-03-02 00:30:00")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start, desk, acme):
    name = f"{start}HYPERLINK(1)"
    contact = make_contact("Eve", acme)
    note(
        Contact(pk=contact.pk, first_name=name, last_name="x", account=acme, user=contact.user),
        "contact.merged",
        name=name,
    )
    row = next(row for row in exported(desk.post(EXPORT)) if "Merged" in row[2])
    assert not row[1].startswith(start)
    assert "HYPERLINK" in row[1]


def test_a_file_holds_a_bounded_number_of_lines(history, desk, monkeypatch):
    monkeypatch.setattr(log, "MOST_EXPORTED", 2)
    assert [row[2] for row in exported(desk.post(EXPORT))[1:]] == ["Log downloaded", "Roles changed"]


def test_the_file_is_only_made_on_request(desk):
    assert desk.get(EXPORT).status_code == 405
    assert not Activity.objects.exists()


def test_a_log_is_exported_for_the_account_whose_page_was_open(desk, bob, globex, charlie):
    """Bob manages two accounts and went to the other one in another tab."""
    other = make_contact("Bob", globex, "Portal User Manager", user=bob.user, email="bob2@globex.example")
    note(charlie)
    desk.post("/preferences/contact/", {"contact": bob.pk})
    rows = exported(desk.post(EXPORT, {"acting_as": other.pk}))
    assert [row[1] for row in rows[1:]] == ["Globex Pharma", "Charlie Tester"]
