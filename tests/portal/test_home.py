"""Home: what waits for me, my open cases, latest invoices if permitted, announcements, what happened
lately."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import deactivate_contact, record_activity
from accounts.actors import SYSTEM, Actor
from accounts.models import WebRole
from cases.actions import add_internal_note, assign_case
from invoices.actions import record_payment
from portal.models import Announcement, Site
from tests.cases.factories import make_case, make_staff_reply
from tests.factories import make_contact, make_user
from tests.invoices.factories import make_draft, make_invoice, make_overdue

NOW = timezone.now


def announce(title, *role_names, **fields):
    announcement = Announcement(title=title, **fields)
    announcement.write(f"About **{title}**")
    announcement.save()
    announcement.audience.set(WebRole.objects.filter(name__in=role_names))
    return announcement


def events(page):
    """What the timeline tells, newest first: who, what, which record."""
    return [(event.actor, event.sentence, event.label) for event in page.context["events"]]


def block(page, template):
    return next(block.context for block in page.context["blocks"] if block.template == template)


def open_cases(page):
    return block(page, "cases/_home.html")["cases"]


def latest_invoices(page):
    return block(page, "invoices/_home.html")["invoices"]


def test_a_visitor_is_sent_to_sign_in(visitor):
    assert visitor.get("/").url == "/accounts/login/?next=/"


def test_alice_sees_what_waits_for_her_apart_from_her_other_open_cases(sign_in, alice, ada):
    waiting, still_open, done = (
        make_case(alice, subject) for subject in ("Send the log", "Probe drifts", "Fixed long ago")
    )
    make_staff_reply(waiting, ada, status="waiting")
    make_staff_reply(done, ada, status="resolved")
    page = sign_in(alice).get("/")
    assert [(row.title, row.badge.label) for row in page.context["waiting"]] == [
        ("Send the log", "Waiting for you")
    ]
    assert open_cases(page) == [(still_open, "New")]
    section = page.text[
        page.text.index('aria-labelledby="waiting"') : page.text.index('aria-labelledby="cases"')
    ]
    assert waiting.get_absolute_url() in section
    assert still_open.get_absolute_url() not in section
    assert "Hello Alice, how can we help?" in page.text


def test_alice_sees_nothing_of_her_colleagues_nor_of_other_accounts(sign_in, alice, bob, charlie, acme, ada):
    for person in (bob, charlie):
        make_case(person, f"Matter of {person.first_name}")
    invoice = make_invoice(acme)
    page = sign_in(alice).get("/")
    assert events(page) == []
    assert "Matter of" not in page.text
    assert invoice.number not in page.text
    assert "Latest invoices" not in page.text


def test_alice_sees_what_happened_to_her_cases_and_nothing_internal(sign_in, alice, ada):
    case = make_case(alice, "Probe drifts")
    assign_case(actor=Actor(user=ada), case=case, to=ada)
    add_internal_note(actor=Actor(user=ada), case=case, body="They are on the old contract.")
    make_staff_reply(case, ada, status="waiting")
    record_activity(actor=SYSTEM, verb="case.of_no_interest", record=case)
    page = sign_in(alice).get("/")
    assert events(page) == [
        ("Ada Byrne", "replied to", str(case)),
        ("Ada Byrne", "changed the status of", str(case)),
        ("Alice Tester", "opened the case", str(case)),
    ]
    assert "old contract" not in page.text


def test_an_it_user_sees_the_cases_of_the_account_with_their_contacts(sign_in, alice, ivan, charlie):
    make_case(alice, "Probe drifts")
    make_case(charlie, "Matter of Charlie")
    page = sign_in(ivan).get("/")
    assert "Probe drifts" in page.text
    assert "Alice Tester" in page.text
    assert "Matter of Charlie" not in page.text
    assert events(page) == [("Alice Tester", "opened the case", str(alice.cases.get()))]


def test_fiona_sees_the_accounts_invoices_and_what_is_overdue(sign_in, fiona, acme, globex):
    newest, overdue, foreign, draft = (
        make_invoice(acme),
        make_overdue(acme),
        make_overdue(globex),
        make_draft(acme),
    )
    page = sign_in(fiona).get("/")
    assert latest_invoices(page) == [newest, overdue]
    assert [(row.title, row.amount, row.badge.label) for row in page.context["waiting"]] == [
        (overdue.number, "$100.00", "Overdue")
    ]
    assert "$100.00" in page.text
    assert str(foreign.number) not in page.text
    assert draft not in latest_invoices(page)


def test_fiona_sees_what_happened_to_the_invoices(sign_in, fiona, alice, acme):
    invoice = make_invoice(acme)
    record_payment(actor=SYSTEM, invoice=invoice, amount=invoice.total)
    make_case(alice)
    assert events(sign_in(fiona).get("/")) == [
        ("We", "recorded the payment of invoice", invoice.number),
        ("We", "issued invoice", invoice.number),
    ]


def test_bob_sees_what_happened_to_the_accounts_contacts(sign_in, bob, alice, charlie, ada):
    for contact in (alice, charlie):
        deactivate_contact(actor=Actor(user=ada), contact=contact)
    assert events(sign_in(bob).get("/")) == [("Ada Byrne", "deactivated", "Alice Tester")]


def test_announcements_reach_their_audience_while_they_are_published(sign_in, alice, fiona):
    announce("For all")
    announce("For finance", "Portal Finance User")
    announce("For everyone signed in", "Authenticated Users")
    announce("Tomorrow's news", published_at=NOW() + timedelta(days=1))
    announce("Yesterday's news", published_at=NOW() - timedelta(days=2), expires_at=NOW() - timedelta(days=1))
    seen = {
        person: {a.title for a in sign_in(person).get("/").context["announcements"]}
        for person in (alice, fiona)
    }
    assert seen[alice] == {"For all", "For everyone signed in"}
    assert seen[fiona] == {"For all", "For everyone signed in", "For finance"}


def test_the_five_latest_announcements_are_shown(sign_in, alice):
    for days in range(6):
        announce(f"{days} days old", published_at=NOW() - timedelta(days=days))
    page = sign_in(alice).get("/")
    assert [a.title for a in page.context["announcements"]] == [f"{days} days old" for days in range(5)]
    assert "<strong>4 days old</strong>" in page.text


def test_a_new_contact_is_told_how_to_begin(sign_in, alice):
    page = sign_in(alice).get("/").text
    assert "No open cases" in page
    assert 'href="/cases/new/"' in page
    assert "Recent activity" not in page
    assert "Announcements" not in page


def test_a_contact_without_any_right_to_cases_sees_no_cases_section(sign_in, alice):
    WebRole.objects.get(name="Authenticated Users").record_permissions.all().delete()
    page = sign_in(alice).get("/")
    assert page.status_code == 200
    assert "Open cases" not in page.text
    assert 'href="/cases/new/"' not in page.text


def test_an_individual_without_an_account_sees_the_own_cases(sign_in, alice, db):
    pat, quinn = make_contact("Pat", None), make_contact("Quinn", None)
    make_case(pat, "Matter of Pat")
    make_case(quinn, "Matter of Quinn")
    make_case(alice, "Matter of Alice")
    page = sign_in(pat).get("/")
    assert "Matter of Pat" in page.text
    assert "Matter of Quinn" not in page.text
    assert "Matter of Alice" not in page.text
    assert len(events(page)) == 1


def test_staff_without_a_contact_are_shown_the_way_to_the_administration(sign_in, ada, alice):
    make_case(alice, "Probe drifts")
    page = sign_in(ada).get("/").text
    assert "You are signed in as staff" in page
    assert 'href="/admin/"' in page
    assert "Probe drifts" not in page


def test_a_user_without_a_contact_is_told_whom_to_ask(sign_in):
    Site.objects.update(support_email="support@harborlane.example")
    page = sign_in(make_user("nobody@acme.example")).get("/").text
    assert "You are not connected to a contact" in page
    assert "mailto:support@harborlane.example" in page
    assert 'href="/admin/"' not in page


@pytest.mark.parametrize("rows", [1, 12])
def test_home_costs_the_same_for_little_and_for_much(sign_in, ada, acme, rows):
    boss = make_contact("Boss", acme, "Portal IT User", "Portal Finance User", "Portal User Manager")
    for n in range(rows):
        make_staff_reply(make_case(make_contact(f"Colleague{n}", acme)), ada, status="waiting")
        make_overdue(acme)
        announce(f"News {n}", "Portal IT User")
    browser = sign_in(boss)
    browser.get("/")
    with CaptureQueriesContext(connection) as queries:
        browser.get("/")
    assert len(queries) == 9
