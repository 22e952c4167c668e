"""The list in which agents see whose turn it is."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from cases.actions import add_participants, assign_case, move_to_queue
from cases.admin import case_list
from cases.models import Case, Queue
from tests.cases.factories import make_case, make_staff_reply
from tests.factories import make_user

LIST = reverse("admin:cases_case_changelist")


@pytest.fixture
def mei(db):
    return make_user("mei@portal.example", first_name="Mei", last_name="Tanaka", is_staff=True)


@pytest.fixture
def support(db, mei):
    queue = Queue.objects.create(name="Support")
    queue.agents.add(mei)
    return queue


def listed(browser, **query):
    return [case.subject for case in browser.get(LIST, query).context["cl"].result_list]


def due(case, **delta):
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(**delta))
    return case


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


def test_what_is_late_near_or_paused_is_said_in_words(sign_in, ada, alice):
    due(make_case(alice), hours=-3, minutes=-1)
    due(make_case(alice), minutes=40, seconds=30)
    make_staff_reply(make_case(alice), ada, status="waiting")
    page = sign_in(ada).get(LIST).text.replace("\xa0", " ")
    for words in ('is-late">late by 3 hours<', 'is-near">in 40 minutes<', 'is-paused">paused<'):
        assert words in page


def test_an_agent_finds_their_own_those_of_nobody_and_those_of_their_queues(
    sign_in, ada, mei, support, alice
):
    mine, nobodys, queued = make_case(alice, "Mine"), make_case(alice, "Nobody's"), make_case(alice, "Queued")
    assign_case(actor=Actor(user=ada), case=mine, to=ada)
    assign_case(actor=Actor(user=ada), case=queued, to=mei)
    move_to_queue(actor=Actor(user=ada), case=queued, queue=support)
    support.agents.add(ada)
    browser = sign_in(ada)
    assert listed(browser, whose="mine") == ["Mine"]
    assert listed(browser, whose="nobody") == [nobodys.subject]
    assert listed(browser, whose="queues") == ["Queued"]
    assert listed(browser, whose=str(mei.pk)) == ["Queued"]
    assert len(listed(browser, whose="9" * 40)) == 3


@pytest.mark.parametrize(
    ("words", "found"), [("gateway", 1), ("C-0", 0), ("Acme", 2), ("alice@acme", 2), ("tester", 2), ("\0", 0)]
)
def test_cases_are_found_by_subject_account_and_contact(sign_in, ada, alice, words, found):
    make_case(alice, "Gateway is offline")
    make_case(alice, "A question")
    assert len(sign_in(ada).get(LIST, {"q": words}, follow=True).context["cl"].result_list) in (
        found,
        2 if words == "\0" else found,
    )


def test_the_exact_number_of_a_case_opens_it_whatever_its_state(sign_in, ada, alice):
    case, _other = make_case(alice, "This one"), make_case(alice)
    make_staff_reply(case, ada, status="resolved")
    response = sign_in(ada).get(LIST, {"q": f" {case.number.lower()} "})
    assert response.url == reverse("admin:cases_case_change", args=[case.pk])


def test_words_are_looked_for_in_all_cases_unless_the_reader_says_where(sign_in, ada, alice):
    make_staff_reply(make_case(alice, "Gateway is offline"), ada, status="resolved")
    browser = sign_in(ada)
    assert listed(browser, q="gateway") == ["Gateway is offline"]
    assert listed(browser, q="gateway", state="active") == []
    assert listed(browser) == []


def test_a_search_without_result_says_so_and_leads_on(sign_in, ada, alice):
    page = sign_in(ada).get(LIST, {"q": "submarine & co", "state": "late"}).text
    assert "No cases match “submarine &amp; co”." in page
    assert 'href="?q=submarine%20%26%20co"' in page


def test_an_empty_list_is_not_a_blank_page(sign_in, ada):
    browser = sign_in(ada)
    assert "No active cases" in browser.get(LIST).text
    assert "There are no cases in this list." in browser.get(LIST, {"whose": "mine"}).text


def test_the_lists_that_agents_come_back_to_are_tabs_with_their_counts(sign_in, ada, support, alice):
    assign_case(actor=Actor(user=ada), case=due(make_case(alice), hours=-1), to=ada)
    move_to_queue(actor=Actor(user=ada), case=make_case(alice), queue=support)
    Queue.objects.create(name="Technical", position=20)
    page = sign_in(ada).get(LIST, {"queue__id__exact": support.pk, "o": "1"})
    tabs = {tab.label: (tab.total, tab.late, tab.unassigned, tab.is_current) for tab in page.context["tabs"]}
    assert tabs == {
        "All active": (2, 1, 0, False),
        "My cases": (1, 0, 0, False),
        "Unassigned": (1, 0, 0, False),
        "Support": (1, 0, 1, True),
        "Technical": (0, 0, 0, False),
        "No queue": (1, 1, 0, False),
    }
    assert page.text.count(f'<a href="?queue__id__exact={support.pk}" aria-current="page">') == 1


@pytest.mark.parametrize(
    ("query", "is_open"),
    [({}, False), ({"whose": "mine"}, False), ({"state": "late"}, True), ({"priority": "high"}, True)],
)
def test_the_filters_are_open_while_one_is_set(sign_in, ada, query, is_open):
    assert sign_in(ada).get(LIST, query).context["is_filtered"] is is_open


def test_queues_tell_how_many_cases_wait_are_late_and_unassigned(sign_in, ada, support, alice):
    queued = due(make_case(alice), hours=-1)
    move_to_queue(actor=Actor(user=ada), case=queued, queue=support)
    make_case(alice)
    queues = sign_in(ada).get(LIST).context["queues"]
    assert [(row["queue__name"], row["total"], row["late"], row["unassigned"]) for row in queues] == [
        ("Support", 1, 1, 1),
        (None, 1, 0, 1),
    ]


def act(browser, action, cases, **fields):
    return browser.post(
        LIST, {"action": action, "_selected_action": [case.pk for case in cases], **fields}, follow=True
    )


def resolve(browser, cases, **fields):
    return browser.post(
        f"{LIST}?state=all",
        {"action": "resolve", "_selected_action": [case.pk for case in cases], **fields},
        follow=True,
    )


def test_many_cases_are_assigned_to_a_chosen_agent(sign_in, ada, mei, alice):
    cases = [make_case(alice), make_case(alice)]
    browser = sign_in(ada)
    assert "2 cases are selected" in act(browser, "assign_to_agent", cases).text
    assert not Case.objects.exclude(assigned_to=None).exists()
    act(browser, "assign_to_agent", cases, apply="yes", to=mei.pk)
    assert Case.objects.filter(assigned_to=mei).count() == 2


def test_cases_are_not_assigned_to_a_customer(sign_in, ada, alice):
    case = make_case(alice)
    act(sign_in(ada), "assign_to_agent", [case], apply="yes", to=alice.user.pk)
    assert Case.objects.get().assigned_to is None


def test_many_cases_move_to_a_queue(sign_in, ada, support, alice):
    act(sign_in(ada), "move_to_queue", [make_case(alice), make_case(alice)], apply="yes", to=support.pk)
    assert support.cases.count() == 2


def test_agents_are_known_by_name_and_each_case_says_whose_it_is(sign_in, ada, mei, alice):
    case = make_case(alice)
    assign_case(actor=Actor(user=ada), case=case, to=mei)
    page = act(sign_in(ada), "assign_to_agent", [case]).text
    assert ">Ada Byrne</option>" in page
    assert "<td>New</td><td>Mei Tanaka</td>" in page
    assert f'<a href="{LIST}">Desk</a>' in page


def test_resolving_many_tells_first_how_many_customers_have_a_mail(sign_in, ada, alice, bob, charlie):
    resolved, case, other = make_case(charlie), make_case(alice), make_case(alice)
    make_staff_reply(resolved, ada, status="resolved")
    add_participants(actor=Actor(user=ada), case=case, contacts=[bob])
    browser = sign_in(ada)
    page = resolve(browser, [resolved, case, other]).text
    assert "2 customers are notified by email." in page
    assert "1 of them is already resolved." in page
    assert Case.objects.filter(category="resolved").count() == 1
    assert "2 cases changed." in resolve(browser, [resolved, case, other], apply="yes").text
    assert Case.objects.filter(category="resolved").count() == 3


def test_what_cannot_be_resolved_is_named_and_the_others_are(sign_in, ada, alice):
    cancelled, case = make_case(alice, "Gone"), make_case(alice, "Here")
    make_staff_reply(cancelled, ada, status="cancelled")
    page = resolve(sign_in(ada), [cancelled, case], apply="yes")
    assert f"{cancelled.number}: A case that is Cancelled cannot become Resolved." in page.text
    assert Case.objects.get(pk=case.pk).category == "resolved"


@pytest.mark.parametrize("action", ["assign_to_me", "assign_to_agent", "move_to_queue", "resolve"])
def test_staff_who_may_only_view_cases_change_none_of_many(sign_in, mei, support, alice, action):
    mei.user_permissions.add(Permission.objects.get(codename="view_case"))
    case = make_case(alice)
    act(sign_in(mei), action, [case], apply="yes", to=support.pk)
    case.refresh_from_db()
    assert (case.assigned_to, case.queue, case.category) == (None, None, "active")


def test_no_more_is_counted_than_is_needed(sign_in, ada, alice, monkeypatch):
    monkeypatch.setattr(case_list, "MOST_COUNTED", 2)
    monkeypatch.setattr(case_list.CappedPaginator, "most", 2)
    for _ in range(3):
        make_case(alice)
    assert "2 or more cases" in sign_in(ada).get(LIST).text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_for_few_and_many_cases(
    sign_in, ada, support, alice, bob, django_assert_max_num_queries, rows
):
    for number in range(rows):
        case = make_case(alice if number % 2 else bob, f"Case {number}")
        assign_case(actor=Actor(user=ada), case=case, to=ada)
        move_to_queue(actor=Actor(user=ada), case=case, queue=support)
    browser = sign_in(ada)
    browser.get(LIST)
    with django_assert_max_num_queries(20):
        browser.get(LIST)
