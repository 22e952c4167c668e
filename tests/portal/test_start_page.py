"""What the administration begins with: each number leads to exactly the rows that it counts, and nobody is
told a number of rows that they may not see."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.mail.backends.dummy import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import staff_groups
from accounts.models import Account, Contact, JoinRequest, OutgoingMail, SignInPolicy, User
from cases.models import Case
from lib.counted import MOST_COUNTED, in_figures
from portal.models import Site
from records.models import InboundMail
from tests.cases.factories import make_case, make_staff_reply
from tests.factories import make_account, make_user
from tests.forums.factories import make_forum, make_topic
from tests.invoices.factories import make_draft as make_draft_invoice
from tests.invoices.factories import make_invoice, make_overdue
from tests.knowledgebase.factories import make_draft

SignIn = Callable[[User], Client]
START = "/admin/"
OF_CASES = [
    "Mine", "Unassigned", "Late", "Due within a day", "No activity for two days", "New since yesterday",
]  # fmt: skip
OF_BILLING = ["Overdue invoices", "Unpaid invoices", "Draft invoices"]
FIGURES = {
    staff_groups.SUPPORT_AGENT: [*OF_CASES, "Mail to look at", "Topics without a reply"],
    staff_groups.CONTENT_EDITOR: ["Draft articles", "Topics without a reply"],
    staff_groups.BILLING: OF_BILLING,
    staff_groups.ADMINISTRATOR: [
        *OF_CASES, "Join requests", "Erasure requests", "Mail to look at", "Draft articles",
        "Topics without a reply", *OF_BILLING, "Mail not delivered, last week", "Failed background jobs",
    ],
}  # fmt: skip
"""Who is told what."""


def member_of(group: str) -> User:
    user = make_user(f"{group.replace(' ', '-').lower()}@portal.example", is_staff=True)
    user.groups.set(Group.objects.filter(name=group))
    return user


def changed(case: Case, **fields: Any) -> Case:
    Case.objects.filter(pk=case.pk).update(**fields)
    return case


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def fail_a_job() -> None:
    job = ProcrastinateJob.objects.latest("pk")
    execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", job.pk)


def start_of(browser: Client) -> Any:
    page = browser.get(START)
    assert page.status_code == 200
    return page.context["start"]


def numbers(browser: Client) -> dict[str, int]:
    return {figure.words: figure.count for figure in start_of(browser).figures}


def rows_behind(browser: Client, url: str) -> int:
    shown = browser.get(url, follow=True)
    assert shown.status_code == 200, url
    if "cl" in shown.context:
        return int(shown.context["cl"].result_count)
    return len(shown.context["page"].rows)


@pytest.fixture
def busy(alice: Contact, acme: Account, ada: User) -> None:
    """Something to count for each number, and beside it what must not be counted."""
    now, hours = timezone.now(), lambda count: timezone.now() + timedelta(hours=count)
    old = {"created_at": now - timedelta(days=9), "updated_at": now - timedelta(days=1)}
    cases = [changed(make_case(alice, f"Case {number}"), **old) for number in range(11)]
    for case in cases[:3]:
        changed(case, assigned_to=ada)
    for case, due in zip(cases, (-30, -1, 1, 23, 25), strict=False):
        changed(case, due_at=hours(due))
    for case, category in ((cases[5], "active"), (cases[6], "waiting"), (cases[7], "on_hold")):
        changed(case, category=category, updated_at=now - timedelta(days=2, hours=1))
    over = {"category": "resolved", "status": "resolved", "closed_at": now}
    for case in cases[8:10]:
        changed(case, due_at=hours(-2), assigned_to=ada, **over)
    changed(cases[10], created_at=hours(-1), **over)
    topic = make_topic(make_forum(), alice)
    make_topic(topic.forum, ada)
    make_draft()
    make_overdue(acme)
    make_invoice(acme)
    make_draft_invoice(acme)
    User.objects.filter(pk=alice.user_id).update(erasure_asked_at=now)
    JoinRequest.objects.create(user=make_user("dora@acme.example"), account=acme)
    JoinRequest.objects.create(user=make_user("old@acme.example"), account=acme, decided_at=now)
    for number, outcome in enumerate(InboundMail.Outcome):
        InboundMail.objects.create(message_id=f"<{number}>", outcome=outcome, raw=b"")
    mails = [
        OutgoingMail.objects.create(event="x", to="a@b.example", message_id=f"{number}", status=status)
        for number, status in enumerate((*OutgoingMail.Status, "failed"))
    ]
    OutgoingMail.objects.filter(pk=mails[-1].pk).update(status="failed", created_at=now - timedelta(days=20))
    fail_a_job()


def test_each_number_leads_to_exactly_as_many_rows(busy: None, ada: User, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    figures = start_of(browser).figures
    assert {figure.words: figure.count for figure in figures} == {
        "Mine": 3, "Unassigned": 5, "Late": 2, "Due within a day": 2, "No activity for two days": 1,
        "New since yesterday": 1, "Join requests": 1, "Erasure requests": 1, "Mail to look at": 3,
        "Draft articles": 1, "Topics without a reply": 1, "Overdue invoices": 1, "Unpaid invoices": 2,
        "Draft invoices": 1, "Mail not delivered, last week": 2, "Failed background jobs": 1,
    }  # fmt: skip
    assert {figure.words: rows_behind(browser, figure.url) for figure in figures} == numbers(browser)


def test_each_group_is_told_the_numbers_of_what_it_may_open_and_no_others(
    busy: None, sign_in: SignIn
) -> None:
    for group, expected in FIGURES.items():
        browser = sign_in(member_of(group))
        start = start_of(browser)
        assert [figure.words for figure in start.figures] == expected, group
        found = {figure.words: rows_behind(browser, figure.url) for figure in start.figures}
        assert found == {figure.words: figure.count for figure in start.figures}, group
        has_cases = "Mine" in expected
        assert bool(start.panels) == has_cases, group
        assert bool(start.menu) != has_cases, group


def test_yesterday_begins_at_midnight_where_the_reader_lives(
    noon: None, alice: Contact, ada: User, sign_in: SignIn
) -> None:
    User.objects.filter(pk=ada.pk).update(time_zone="Asia/Tokyo")
    midnight = timezone.now().replace(hour=15) - timedelta(days=2)
    changed(make_case(alice, "Yesterday there"), created_at=midnight)
    changed(make_case(alice, "The day before"), created_at=midnight - timedelta(seconds=1))
    browser = sign_in(ada)
    [figure] = [figure for figure in start_of(browser).figures if figure.words == "New since yesterday"]
    assert (figure.count, rows_behind(browser, figure.url)) == (1, 1)


def test_the_lists_show_six_rows_in_the_order_of_the_desk(alice: Contact, ada: User, sign_in: SignIn) -> None:
    now = timezone.now()
    for hours in range(8, 0, -1):
        changed(make_case(alice, f"Due {hours}"), assigned_to=ada, due_at=now - timedelta(hours=hours))
    changed(make_case(alice, "Somebody else's, not late"), due_at=now + timedelta(days=3))
    panels = {panel.context.get("title"): panel.context for panel in start_of(sign_in(ada)).panels}
    expected = [f"Due {hours}" for hours in range(8, 2, -1)]
    assert [row.subject for row in panels["My open cases"]["rows"]] == expected
    assert [row.subject for row in panels["Late"]["rows"]] == expected
    assert len(panels["New since yesterday"]["rows"]) == 6
    assert "?in=agent%3Dme" in panels["My open cases"]["rows"][0].url


def test_the_charts_of_two_weeks_lead_to_the_cases_of_each_day(
    noon: None, alice: Contact, ada: User, sign_in: SignIn
) -> None:
    now = timezone.now()
    for days in (0, 0, 13, 14):
        at = now - timedelta(days=days)
        changed(make_case(alice), created_at=at, updated_at=now, first_reply_at=now - timedelta(days=2))
    browser = sign_in(ada)
    charts = dict(start_of(browser).panels[-1].context["charts"])
    assert [bar.text for bar in charts["opened"].bars] == ["1", *["0"] * 12, "2"]
    assert [bar.text for bar in charts["replied"].bars] == [*["0"] * 11, "4", "0", "0"]
    for bar in (bar for chart in charts.values() for bar in chart.bars if bar.url):
        assert rows_behind(browser, bar.url) == int(bar.text)


def test_where_nothing_waits_the_page_says_so(ada: User, sign_in: SignIn) -> None:
    page = sign_in(ada).get(START).text
    for words in ("Nothing waits for you.", "Nothing is late.", "No case was opened since yesterday."):
        assert words in page
    assert "Nothing to show yet." in page


def test_who_has_something_to_do_but_nothing_waiting_is_told_so(db: None, sign_in: SignIn) -> None:
    assert "Nothing waits for you." in sign_in(member_of(staff_groups.BILLING)).get(START).text


def test_staff_without_any_right_are_told_what_to_do(db: None, sign_in: SignIn) -> None:
    browser = sign_in(make_user("new@portal.example", is_staff=True))
    start, page = start_of(browser), browser.get(START).text
    assert (start.figures, start.panels, start.warnings, start.menu) == ([], [], [], ())
    assert "Ask an administrator for a staff group" in page


def test_who_may_only_see_cases_is_told_of_cases_alone(alice: Contact, sign_in: SignIn) -> None:
    viewer = make_user("vera@portal.example", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_case"))
    make_case(alice)
    assert list(numbers(sign_in(viewer))) == OF_CASES


def test_no_figure_counts_further_than_it_shows(alice: Contact, ada: User, sign_in: SignIn) -> None:
    make_case(alice)
    browser = sign_in(ada)
    browser.get(START)
    with CaptureQueriesContext(connection) as asked:
        browser.get(START)
    [counting] = [query["sql"] for query in asked if query["sql"].count("SELECT count(*)") > 5]
    assert counting.count("SELECT count(*)") == counting.count(f"LIMIT {MOST_COUNTED})")
    assert (in_figures(999), in_figures(1000)) == ("999", "999+")


def test_many_rows_cost_no_more_queries_than_one(alice: Contact, sign_in: SignIn) -> None:
    agent = member_of(staff_groups.ADMINISTRATOR)
    browser, asked = sign_in(agent), []
    for count in (1, 12):
        for _n in range(count):
            changed(make_case(alice), assigned_to=agent, due_at=timezone.now())
        browser.get(START)
        with CaptureQueriesContext(connection) as queries:
            browser.get(START)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12


# What an installation lacks


def warned(browser: Client) -> set[str]:
    return {warning.words.split(":")[0] for warning in start_of(browser).warnings}


def test_the_page_warns_of_what_it_knows_and_is_silent_once_that_is_done(
    ada: User, sign_in: SignIn, settings: Any
) -> None:
    browser, lately = sign_in(ada), timezone.now() - timedelta(minutes=20)
    settings.IS_HTTPS, settings.EMAIL_BACKEND = False, f"{EmailBackend.__module__}.EmailBackend"
    SignInPolicy.objects.update(second_factor="nobody")
    execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '20 minutes')")
    mail = OutgoingMail.objects.create(event="x", to="a@b.example", subject="S", message_id="1")
    OutgoingMail.objects.filter(pk=mail.pk).update(created_at=lately)
    assert warned(browser) == {
        "The portal has no logo yet.",
        "The portal's address is not https",
        "No background worker has run for 15 minutes",
        "Some mail has been waiting to be sent for more than 15 minutes.",
        "No mail server is set up",
        "Two-factor authentication is optional for staff.",
    }
    for warning in start_of(browser).warnings:
        assert browser.get(warning.url, follow=True).status_code == 200
    settings.IS_HTTPS, settings.EMAIL_BACKEND = True, "lib.smtp.EmailBackend"
    execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    OutgoingMail.objects.update(status="sent")
    Site.objects.update(logo="logo.png")
    User.objects.filter(pk=ada.pk).update(is_superuser=True)
    assert warned(browser) == {"Two-factor authentication is optional for staff."}


def test_agents_are_not_warned_of_what_they_cannot_put_right(db: None, sign_in: SignIn) -> None:
    assert warned(sign_in(member_of(staff_groups.SUPPORT_AGENT))) == set()


# Join requests, which a number leads to


def test_administrators_see_who_waits_and_who_decides(
    bob: Contact, globex: Account, acme: Account, sign_in: SignIn
) -> None:
    dora = make_user("dora@acme.example")
    for account in (acme, globex):
        JoinRequest.objects.create(user=dora, account=account)
    make_account("Quiet")
    browser = sign_in(member_of(staff_groups.ADMINISTRATOR))
    for account, words in (
        (acme, bob.full_name),
        (globex, "No one: this company has no active user manager"),
    ):
        asked = JoinRequest.objects.get(account=account)
        assert words in browser.get(f"/admin/accounts/joinrequest/{asked.pk}/change/").text
    JoinRequest.objects.filter(account=acme).update(decided_at=timezone.now(), is_approved=True)
    found = {
        decision: rows_behind(browser, f"/admin/accounts/joinrequest/?decision={decision}")
        for decision in ("", "approved", "declined", "all", "nonsense")
    }
    assert found == {"": 1, "approved": 1, "declined": 0, "all": 2, "nonsense": 1}


def test_a_reply_counts_on_the_day_of_the_first_one(alice: Contact, ada: User, sign_in: SignIn) -> None:
    make_staff_reply(make_case(alice), ada)
    charts = dict(start_of(sign_in(ada)).panels[-1].context["charts"])
    assert charts["replied"].bars[-1].text == "1"
