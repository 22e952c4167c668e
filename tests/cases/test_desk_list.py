"""The list in which agents see whose turn it is."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from cases.actions import add_internal_note, assign_case, move_to_queue, reply_to_case
from cases.admin import case_list
from cases.models import Case, CaseStatus, Product, Queue
from lib import compiled
from records.actions.marks import note_reading
from records.actions.saved_views import MOST_VIEWS
from records.models import SavedView
from tests.cases.factories import make_case, make_staff_reply
from tests.factories import make_contact, make_user

DESK, OLD_LIST = "/admin/desk/", "/admin/cases/case/"


@pytest.fixture
def mei(db):
    return make_user("mei@portal.example", first_name="Mei", last_name="Tanaka", is_staff=True)


@pytest.fixture
def support(db, mei):
    queue = Queue.objects.create(name="Support")
    queue.agents.add(mei)
    return queue


@pytest.fixture
def viewer(db):
    """May see cases, and change none."""
    viewer = make_user("vera@portal.example", first_name="Vera", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_case"))
    return viewer


def listed(browser, **query):
    return [row.subject for row in browser.get(DESK, query).context["page"].rows]


def row_of(page, case):
    """The HTML of one row."""
    return next(row for row in re.findall("<tr.*?</tr>", page, re.DOTALL) if f">{case.number}<" in row)


def due(case, **delta):
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(**delta))
    return case


def assigned(case, agent):
    return assign_case(actor=Actor(user=agent), case=case, to=agent)


def test_active_cases_are_listed_the_first_due_first(sign_in, ada, alice):
    due(make_case(alice, "Later"), hours=5)
    make_case(alice, "Nothing promised")
    due(make_case(alice, "Late"), hours=-3)
    make_staff_reply(make_case(alice, "Done"), ada, status="resolved")
    browser = sign_in(ada)
    assert listed(browser) == ["Late", "Later", "Nothing promised"]
    assert listed(browser, state="late") == ["Late"]
    assert listed(browser, state="closed") == ["Done"]
    assert len(listed(browser, state="all")) == 4


def test_what_is_late_near_or_paused_is_said_in_words_and_the_rest_in_figures(sign_in, ada, alice):
    due(make_case(alice), hours=-3, minutes=-1)
    due(make_case(alice), minutes=40, seconds=30)
    make_staff_reply(make_case(alice), ada, status="waiting")
    far = due(make_case(alice), days=9)
    page = sign_in(ada).get(DESK).text.replace("\xa0", " ")
    for tone, words in (("late", "late by 3 hours"), ("near", "in 40 minutes"), ("paused", "paused")):
        assert re.search(f'<span class="is-{tone}"[^>]*>{words}</span>', page)
    day = timezone.localtime(Case.objects.get(pk=far.pk).due_at)
    assert re.search(f'<span class="is-running" title="[^"]+">{day:%b} {day.day}', row_of(page, far))


def test_a_row_says_who_wrote_last_what_and_whose_it_is(sign_in, ada, mei, support, alice):
    case = make_case(alice, "Gateway <offline>", description="It **stopped** on\n\n> Monday " + "x" * 200)
    move_to_queue(actor=Actor(user=ada), case=assigned(case, mei), queue=support)
    row = row_of(sign_in(ada).get(DESK).text, case)
    assert "Gateway &lt;offline&gt;</a>" in row
    assert "Alice Tester:</span> It stopped on Monday xxx" in row
    assert row.count("x") < 150
    assert '<span>Alice Tester</span><span class="desk-of">Acme Foods</span>' in row
    assert '<span>Mei Tanaka</span><span class="desk-of">Support</span>' in row


def test_a_note_is_marked_as_one_and_what_one_wrote_oneself_is_ones_own(sign_in, ada, mei, alice):
    case = make_case(alice)
    make_staff_reply(case, mei, "Thank you.")
    page = sign_in(ada).get(DESK).text
    assert "Mei Tanaka:</span> Thank you." in row_of(page, case)
    add_internal_note(actor=Actor(user=ada), case=case, body="Ask the workshop.")
    row = row_of(sign_in(ada).get(DESK).text, case)
    assert re.search(r'<b class="desk-note">Note</b> <span>You:</span> Ask the workshop\.', row)


def test_who_has_no_name_is_known_by_their_address(sign_in, ada, alice):
    case = make_case(alice)
    make_staff_reply(case, make_user("nameless@portal.example", is_staff=True), "Thank you.")
    assert "nameless@portal.example:</span> Thank you." in row_of(sign_in(ada).get(DESK).text, case)


def test_a_case_is_unread_while_the_customer_has_the_last_word_and_the_agent_has_not_read_it(
    sign_in, ada, mei, alice, subtests
):
    case = make_case(alice)
    asked, theirs = sign_in(ada), sign_in(mei)
    mei.user_permissions.add(Permission.objects.get(codename="view_case"))

    def is_unread(browser):
        return 'class="is-unread"' in row_of(browser.get(DESK, {"state": "all"}).text, case)

    with subtests.test("new"):
        assert is_unread(asked)
    with subtests.test("a colleague's note answers nobody"):
        add_internal_note(actor=Actor(user=mei), case=case, body="Mine?")
        assert is_unread(asked)
    with subtests.test("read by one, and not by another"):
        note_reading(owner=ada, record=case, read_at=None, changed_at=timezone.now())
        assert (is_unread(asked), is_unread(theirs)) == (False, True)
    with subtests.test("answered"):
        make_staff_reply(case, mei, "We look into it.")
        assert not is_unread(theirs)
    with subtests.test("asked again"):
        reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="And now?")
        assert is_unread(asked)
    with subtests.test("over"):
        Case.objects.update(status="resolved", category="resolved", closed_at=timezone.now())
        assert not is_unread(asked)


def test_an_agent_finds_their_own_those_of_nobody_and_those_of_their_queues(
    sign_in, ada, mei, support, alice
):
    mine, queued = assigned(make_case(alice, "Mine"), ada), make_case(alice, "Queued")
    make_case(alice, "Nobody's")
    assigned(queued, mei)
    move_to_queue(actor=Actor(user=ada), case=queued, queue=support)
    support.agents.add(ada)
    browser = sign_in(ada)
    for query, found in (
        ({"agent": "me"}, [mine.subject]),
        ({"agent": "none"}, ["Nobody's"]),
        ({"queue": "mine"}, ["Queued"]),
        ({"queue": support.pk}, ["Queued"]),
        ({"queue": "none"}, ["Mine", "Nobody's"]),
        ({"agent": mei.pk}, ["Queued"]),
    ):
        assert listed(browser, **query) == found


def test_cases_are_narrowed_down_by_what_they_are(sign_in, ada, alice, charlie):
    product = Product.objects.create(name="Beacon", slug="beacon")
    first = make_case(alice, "First", product=product)
    Case.objects.filter(pk=first.pk).update(
        priority="urgent", status="on_hold", category="on_hold", created_at=timezone.now() - timedelta(days=9)
    )
    make_case(charlie, "Second")
    browser, week_ago = sign_in(ada), timezone.localdate() - timedelta(days=7)
    for query, found in (
        ({"priority": "urgent"}, ["First"]),
        ({"status": "new"}, ["Second"]),
        ({"type": first.request_type_id}, ["First", "Second"]),
        ({"type": 99}, []),
        ({"product": product.pk}, ["First"]),
        ({"product": "none"}, ["Second"]),
        ({"account": charlie.account.number.lower()}, ["Second"]),
        ({"account": "acme"}, ["First"]),
        ({"account": "-"}, []),
        ({"since": week_ago}, ["Second"]),
        ({"until": week_ago}, ["First"]),
    ):
        assert listed(browser, **query) == found, query


@pytest.mark.parametrize(
    ("words", "found"),
    [("gateway", 1), ("C-0", 0), ("Acme", 2), ("alice@acme", 2), ("tester acme", 2), ("acme gateway", 0)],
)
def test_cases_are_found_by_subject_account_and_contact(sign_in, ada, alice, words, found):
    make_case(alice, "Gateway is offline")
    make_case(alice, "A question")
    assert len(listed(sign_in(ada), q=words)) == found


def test_the_exact_number_of_a_case_opens_it_whatever_its_state(sign_in, ada, alice):
    case, _other = make_case(alice, "This one"), make_case(alice)
    make_staff_reply(case, ada, status="resolved")
    for number in (f" {case.number.lower()} ", case.number.removeprefix("C-")):
        response = sign_in(ada).get(DESK, {"q": number})
        assert (response.status_code, str(case.pk) in response.url or case.number in response.url) == (
            302,
            True,
        )


def test_words_are_looked_for_in_all_cases_unless_the_reader_says_where(sign_in, ada, alice):
    make_staff_reply(make_case(alice, "Gateway is offline"), ada, status="resolved")
    browser = sign_in(ada)
    assert listed(browser, q="gateway") == ["Gateway is offline"]
    assert listed(browser, q="gateway", state="active") == []
    assert listed(browser) == []


def test_a_search_without_result_says_so_and_leads_on(sign_in, ada):
    page = sign_in(ada).get(DESK, {"q": "submarine & co", "state": "late"}).text
    assert "No cases match “submarine &amp; co”." in page
    assert 'href="?q=submarine%20%26%20co"' in page


def test_an_empty_list_is_not_a_blank_page(sign_in, ada):
    browser = sign_in(ada)
    assert "No active cases" in browser.get(DESK).text
    assert "There are no cases in this list." in browser.get(DESK, {"agent": "me"}).text


def test_an_odd_address_shows_a_list(sign_in, ada, alice):
    make_case(alice)
    for query in (
        "state=x&agent=x&queue=x&priority=x&status=%27%22&type=x&product=x&since=x&until=9999-12-31&sort=x",
        "agent=99999999999999999999&queue=%D9%A3&type=-1&product=9999999999999999999",
        "q=%00&status=%00&account=%00",
        "sort=due&state=closed",
        "since=0001-01-01&until=0001-01-01",
        "older=_1&newer=_1",
        "q=%27%20%26%20%21%28%3A%2A%25_",
    ):
        assert sign_in(ada).get(f"{DESK}?{query}").status_code == 200, query


def test_the_lists_that_agents_come_back_to_are_tabs_with_their_counts(sign_in, ada, support, alice):
    assigned(due(make_case(alice), hours=-1), ada)
    move_to_queue(actor=Actor(user=ada), case=make_case(alice), queue=support)
    Queue.objects.create(name="Technical", position=20)
    make_staff_reply(make_case(alice), ada, status="resolved")
    page = sign_in(ada).get(DESK, {"queue": support.pk, "sort": "opened"})
    assert {tab.label: (tab.count, tab.is_current) for tab in page.context["tabs"]} == {
        "All active": ("2", False),
        "Mine": ("1", False),
        "Unassigned": ("1", False),
        "Late": ("1", False),
        "Support": ("1", True),
        "Technical": ("0", False),
        "No queue": ("1", False),
    }
    assert page.text.count(f'<a href="?queue={support.pk}" aria-current="page">') == 1


def test_no_more_is_counted_than_is_shown(sign_in, ada, alice, monkeypatch):
    monkeypatch.setattr("lib.counted.MOST_COUNTED", 2)
    monkeypatch.setattr(compiled, "_kept", {})
    for _ in range(3):
        make_case(alice)
    tabs = sign_in(ada).get(DESK).context["tabs"]
    assert [tab.count for tab in tabs[:3]] == ["1+", "0", "1+"]


def test_an_agent_keeps_a_list_under_a_name_and_shares_it_with_a_group(sign_in, ada, mei, alice, subtests):
    group, outsider = Group.objects.create(name="Agents"), make_user("olga@portal.example", is_staff=True)
    for agent in (mei, outsider):
        agent.user_permissions.add(Permission.objects.get(codename="change_case"))
    mei.groups.add(group)
    browser, save = sign_in(ada), reverse("admin:desk_view_save")

    def views_of(agent):
        return [(view.label, view.is_own) for view in sign_in(agent).get(DESK).context["views"]]

    with subtests.test("of their own, in one spelling"):
        answer = browser.post(save, {"name": "Urgent", "query": "older=_1&priority=urgent&state=active"})
        assert answer.url == f"{DESK}?priority=urgent"
        kept = SavedView.objects.get()
        assert (kept.user, kept.group, kept.query) == (ada, None, "priority=urgent")
        assert (views_of(ada), views_of(mei)) == ([("Urgent", True)], [])
        assert (
            '<a href="?priority=urgent" aria-current="page"><span>Urgent</span>'
            in browser.get(answer.url).text
        )
    with subtests.test("shared with a group"):
        browser.post(save, {"name": "Urgent", "query": "priority=urgent", "group": group.pk})
        assert (views_of(ada), views_of(mei), views_of(outsider)) == (
            [("Urgent", True)],
            [("Urgent", False)],
            [],
        )
    with subtests.test("its owner's alone to delete"):
        delete = reverse("admin:desk_view_delete", args=[kept.pk])
        sign_in(mei).post(delete)
        assert "Delete view" not in sign_in(mei).get(DESK, {"priority": "urgent"}).text
        assert SavedView.objects.exists()
        browser.post(delete)
        assert not SavedView.objects.exists()
    with subtests.test("a group of others is not offered"):
        page = sign_in(outsider).post(save, {"name": "Mine", "query": "q=x", "group": group.pk})
        assert "not one of the available choices" in page.text
        assert not SavedView.objects.exists()
    with subtests.test("without a name nothing is lost"):
        page = browser.post(save, {"name": "", "query": "q=x"})
        assert "This field is required." in page.text
        assert 'value="q=x"' in page.text
    with subtests.test("not too many"):
        SavedView.objects.bulk_create(
            SavedView(user=ada, record_type="case", name=f"View {n}", query="q=x") for n in range(MOST_VIEWS)
        )
        assert "You have reached the limit" in browser.post(save, {"name": "One more", "query": "q=y"}).text


def test_who_may_not_see_cases_sees_no_desk_and_who_may_only_see_them_changes_none(
    sign_in, mei, viewer, alice, subtests
):
    case = make_case(alice)
    addresses = (DESK, OLD_LIST, "/admin/desk/deed/", "/admin/desk/views/", "/admin/desk/views/1/delete/")
    for who, agent in (("nobody's", mei), ("a customer", alice)):
        for address in addresses:
            with subtests.test(who, address=address):
                expected = 403 if agent == mei else 302
                assert sign_in(agent).get(address).status_code == expected
                assert sign_in(agent).post(address).status_code == expected
    page = sign_in(viewer).get(DESK)
    assert (page.status_code, 'type="checkbox" name="case"' in page.text, "/deed/" in page.text) == (
        200,
        False,
        False,
    )
    for deed in ("assign_to_me", "resolve", "merge", "nonsense"):
        posted = {"deed": deed, "case": [case.pk], "apply": "yes"}
        assert sign_in(viewer).post("/admin/desk/deed/", posted).status_code == 403
    case.refresh_from_db()
    assert (case.assigned_to, case.category) == (None, "active")


def test_addresses_of_the_list_that_was_lead_to_the_same_cases(sign_in, ada, acme, subtests):
    browser = sign_in(ada)
    for old, new in (
        ("", ""),
        ("whose=mine&o=1", "agent=me"),
        ("whose=nobody&state=active", "agent=none"),
        ("whose=queues", "queue=mine"),
        ("whose=7&state=all", "state=all&agent=7"),
        ("queue__id__exact=3", "queue=3"),
        ("queue__isnull=True", "queue=none"),
        ("status__slug__exact=new&priority__exact=high", "priority=high&status=new"),
        ("request_type__id__exact=1&product__id__exact=2", "type=1&product=2"),
        ("product__isnull=True", "product=none"),
        ("q=gateway&state=late", "q=gateway&state=late"),
        (f"account__id__exact={acme.pk}", f"account={acme.number}"),
        ("account__isnull=True", "account=-"),
        ("created_at__gte=2026-05-01T00:00:00%2B00:00&created_at__lt=2026-06-01T00:00:00%2B00:00",
         "since=2026-05-01&until=2026-05-31"),
        ("created_at__gte=nonsense&account__id__exact=x&e=1", ""),
    ):  # fmt: skip
        with subtests.test(old):
            answer = browser.get(f"{OLD_LIST}?{old}")
            assert answer.url == (f"{DESK}?{new}" if new else DESK)
    with subtests.test("a form that was open"):
        assert browser.post(OLD_LIST, {"action": "resolve", "_selected_action": [1]}).url == DESK


def test_a_popup_hands_a_row_back_from_djangos_list(sign_in, ada, alice, monkeypatch):
    monkeypatch.setattr(case_list, "MOST_COUNTED", 2)
    for _ in range(3):
        make_case(alice)
    page = sign_in(ada).get(OLD_LIST, {"_popup": "1", "_to_field": "id"})
    assert len(page.context["cl"].result_list) == 3
    assert page.context["cl"].result_count == 2


def test_the_list_costs_the_same_for_few_and_many_cases(sign_in, ada, mei, support, alice, bob):
    """Of an agent who has their rights from a group."""
    group = Group.objects.create(name="Agents")
    group.permissions.set(Permission.objects.filter(codename__in=("view_case", "change_case")))
    mei.groups.add(group)
    browser, counts = sign_in(mei), {}
    for rows in (1, 29):
        for number in range(rows):
            case = assigned(make_case(alice if number % 2 else bob, f"Case {number}"), ada)
            move_to_queue(actor=Actor(user=ada), case=case, queue=support)
        for words in ("", "case"):
            browser.get(DESK, {"q": words})
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(DESK, {"q": words})
            counts[words, rows] = len(queries)
        assert len(page.context["page"].rows) == min(rows + (rows > 1), 25)
    assert counts == {("", 1): 8, ("", 29): 8, ("case", 1): 9, ("case", 29): 9}


def test_more_cases_follow_by_a_link(sign_in, ada, alice):
    for number in range(26):
        due(make_case(alice, f"Case {number}"), hours=number)
    browser = sign_in(ada)
    first = browser.get(DESK, {"agent": "none"}).context["page"]
    assert (len(first.rows), first.newer_url) == (25, "")
    second = browser.get(DESK + first.older_url).context["page"]
    assert ([row.subject for row in second.rows], second.older_url) == (["Case 25"], "")
    again = browser.get(DESK + second.newer_url).context["page"]
    assert again.rows == first.rows


def test_links_to_a_case_carry_the_list_along(sign_in, ada, alice):
    make_case(alice)
    assert "?in=state%3Dall%26agent%3Dnone" in sign_in(ada).get(DESK, {"agent": "none", "state": "all"}).text
    assert "?in=" not in sign_in(ada).get(DESK).text


def test_a_status_that_an_administrator_made_can_be_looked_for(sign_in, ada, alice):
    CaseStatus.objects.create(
        slug="at_workshop", category="on_hold", label="At the workshop", customer_label="On hold"
    )
    page = sign_in(ada).get(DESK, {"status": "at_workshop"}).text
    assert '<option value="at_workshop" selected>At the workshop</option>' in page


def test_the_numbers_of_the_insight_lead_to_exactly_these_cases(sign_in, ada, alice, charlie):
    paul = make_contact("Paul", None)
    for contact in (alice, alice, charlie, paul):
        make_case(contact)
    assigned(Case.objects.earliest("pk"), ada)
    browser = sign_in(ada)
    for by in ("month", "account", "type", "agent", "queue", "product"):
        rows = (
            browser.get(reverse("admin:cases_case_insight"), {"by": by, "months": "3"})
            .context["insight"]
            .rows
        )
        assert sum(row.opened for row in rows) == 4
        for row in rows:
            assert len(browser.get(row.url).context["page"].rows) == row.opened, (by, row.name)
