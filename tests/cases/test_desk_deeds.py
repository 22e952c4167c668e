"""What agents do with several cases of the list at once."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.actors import Actor
from cases.actions import add_participants, assign_case, merge_cases
from cases.admin.desk import deeds
from cases.models import Case, Queue
from tests.cases.factories import make_case, make_staff_reply
from tests.factories import make_user

DEED = "/admin/desk/deed/"


@pytest.fixture
def mei(db):
    return make_user(
        "mei@portal.example", first_name="Mei", last_name="Tanaka", is_staff=True, is_superuser=True
    )


@pytest.fixture
def support(db):
    return Queue.objects.create(name="Support")


def act(browser, deed, cases, **fields):
    posted = {"deed": deed, "case": [case.pk for case in cases], "back": "agent=none&sort=opened", **fields}
    return browser.post(DEED, posted, follow=True)


def send(browser, page, **fields):
    """The page that asks, as it is sent."""
    hidden = re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text.split(f'action="{DEED}"')[1]
    )
    posted = {}
    for name, value in hidden:
        posted.setdefault(name, []).append(value)
    return browser.post(DEED, {**posted, "apply": "yes", **fields}, follow=True)


def columns(*names):
    return list(Case.objects.order_by("pk").values_list(*names, flat=len(names) == 1))


def test_many_cases_become_ones_own_at_once_and_the_list_is_as_it_was(sign_in, ada, alice):
    cases = [make_case(alice), make_case(alice)]
    page = act(sign_in(ada), "assign_to_me", cases)
    assert columns("assigned_to") == [ada.pk, ada.pk]
    assert "2 cases changed." in page.text
    assert page.redirect_chain == [("/admin/desk/?agent=none&sort=opened", 302)]


def test_the_history_of_each_case_tells_who_changed_what(sign_in, ada, alice):
    case, mine = make_case(alice), make_case(alice)
    assign_case(actor=Actor(user=ada), case=mine, to=ada)
    browser = sign_in(ada)
    assert "1 case changed." in act(browser, "assign_to_me", [case, mine]).text
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.get_change_message()) == (
        ada,
        str(case.pk),
        "Changed Assigned to.",
    )
    assert "No cases needed changing." in act(browser, "assign_to_me", [case, mine]).text


def test_many_cases_are_assigned_moved_and_changed_after_a_question(
    sign_in, ada, mei, support, alice, subtests
):
    cases, browser = [make_case(alice), make_case(alice)], sign_in(ada)
    for deed, to, column, expected in (
        ("assign_to_agent", mei.pk, "assigned_to", mei.pk),
        ("move_to_queue", support.pk, "queue", support.pk),
        ("change_priority", "urgent", "priority", "urgent"),
        ("change_status", "on_hold", "status", "on_hold"),
    ):
        with subtests.test(deed):
            before = columns(column)
            page = act(browser, deed, cases)
            assert "2 cases are selected" in page.text
            assert "This field is required." in send(browser, page).text
            assert columns(column) == before
            assert "2 cases changed." in send(browser, page, to=to).text
            assert columns(column) == [expected, expected]
            assert "valid choice" in send(browser, page, to="nonsense").text


def test_cases_are_not_assigned_to_a_customer(sign_in, ada, alice):
    case, browser = make_case(alice), sign_in(ada)
    send(browser, act(browser, "assign_to_agent", [case]), to=alice.user.pk)
    assert Case.objects.get().assigned_to is None


def test_the_page_that_asks_names_the_cases_the_agents_and_the_way_back(sign_in, ada, mei, alice):
    case = make_case(alice)
    assign_case(actor=Actor(user=ada), case=case, to=mei)
    page = act(sign_in(ada), "assign_to_agent", [case]).text
    assert ">Ada Byrne</option>" in page
    assert "<td>New</td><td>Mei Tanaka</td>" in page
    assert 'href="/admin/desk/?agent=none&amp;sort=opened"' in page


def test_resolving_many_tells_first_how_many_customers_have_a_mail(sign_in, ada, alice, bob, charlie):
    resolved, case, other = make_case(charlie), make_case(alice), make_case(alice)
    make_staff_reply(resolved, ada, status="resolved")
    add_participants(actor=Actor(user=ada), case=case, contacts=[bob])
    browser = sign_in(ada)
    page = act(browser, "resolve", [resolved, case, other])
    assert "2 customers are notified by email." in page.text
    assert "1 of them is already resolved." in page.text
    assert columns("category").count("resolved") == 1
    assert "2 cases changed." in send(browser, page).text
    assert columns("category") == ["resolved"] * 3


def test_what_cannot_be_done_is_told_first_and_the_others_are_done_when_the_agent_says_so(
    sign_in, ada, alice, subtests
):
    cancelled, merged, into, case = (make_case(alice) for _ in range(4))
    make_staff_reply(cancelled, ada, status="cancelled")
    merge_cases(actor=Actor(user=ada), case=merged, into=into)
    browser, cases = sign_in(ada), [cancelled, merged, case]
    with subtests.test("resolve"):
        page = act(browser, "resolve", cases)
        assert "A case that is Cancelled cannot become Resolved." in page.text
        assert "It was merged into another case." in page.text
        assert "One case is selected" in page.text
        assert "1 case changed." in send(browser, page).text
        assert columns("category") == ["cancelled", "cancelled", "active", "resolved"]
    with subtests.test("a status that is chosen on the page that asks"):
        page = send(browser, act(browser, "change_status", cases), to="in_progress")
        assert columns("category")[-1] == "resolved"
        assert "It was merged into another case." in page.text
        assert "2 cases changed." in send(browser, page, to="in_progress").text
        assert columns("category") == ["active", "cancelled", "active", "active"]
    with subtests.test("a deed that does not ask otherwise"):
        Case.objects.update(assigned_to=None)
        page = act(browser, "assign_to_me", cases)
        assert columns("assigned_to") == [None] * 4
        send(browser, page)
        assert columns("assigned_to") == [ada.pk, None, None, ada.pk]
    with subtests.test("none of them"):
        page = act(browser, "resolve", [merged])
        assert "Change the others" not in page.text


def test_what_a_colleague_did_in_between_is_told_and_stops_no_other_case(sign_in, ada, alice):
    first, second = make_case(alice), make_case(alice)
    browser = sign_in(ada)
    page = act(browser, "resolve", [first, second])
    make_staff_reply(first, ada, status="cancelled")
    again = send(browser, page)
    assert f"{first.number} {first.subject}: A case that is Cancelled" in again.text
    done = send(browser, again)
    assert f"{first.number}: A case that is Cancelled cannot become Resolved." in done.text
    assert columns("category") == ["cancelled", "resolved"]


def test_several_cases_become_one(sign_in, ada, alice, charlie):
    kept, first, second, foreign = make_case(alice), make_case(alice), make_case(alice), make_case(charlie)
    browser = sign_in(ada)
    page = act(browser, "merge", [first, kept, second, foreign])
    assert "This cannot be undone." in page.text
    asked_again = send(browser, page, to=kept.pk)
    assert "Only cases of the same account can be merged." in asked_again.text
    assert columns("merged_into") == [None] * 4
    send(browser, asked_again, to=kept.pk)
    assert columns("merged_into") == [None, kept.pk, kept.pk, None]


def test_a_single_case_is_merged_on_its_own_page(sign_in, ada, alice):
    case = make_case(alice)
    page = act(sign_in(ada), "merge", [case])
    assert page.redirect_chain[-1][0] == reverse("admin:cases_case_merge", args=[case.pk])


def test_the_whole_list_is_asked_about_by_name_before_anything_happens(sign_in, ada, alice, monkeypatch):
    cases = [make_case(alice) for _ in range(27)]
    assign_case(actor=Actor(user=ada), case=cases[0], to=ada)
    browser = sign_in(ada)
    page = act(browser, "assign_to_me", [], all="1")
    assert "26 cases are selected" in page.text
    assert "26 cases changed." in send(browser, page).text
    monkeypatch.setattr(deeds, "MOST_AT_ONCE", 26)
    page = act(browser, "resolve", [], all="1", back="agent=me")
    assert "You can change at most 26 cases at once." in page.text
    assert "resolved" not in columns("category")


def test_odd_forms_lead_back_to_the_list(sign_in, ada, alice):
    make_case(alice)
    browser = sign_in(ada)
    for posted in (
        {},
        {"deed": "nonsense", "case": ["1"]},
        {"deed": "resolve"},
        {"deed": "resolve", "case": ["x", "-1", "9" * 40, "\0"]},
        {"deed": "merge", "case": ["0"], "apply": "yes", "to": "\0"},
    ):
        answer = browser.post(DEED, {**posted, "back": "state=\0&queue=x&" + "q=1" * 400})
        assert (answer.status_code, answer.url.startswith("/admin/desk/")) == (302, True)
    assert "Select the cases first." in browser.get("/admin/desk/").text
    assert browser.get(DEED).url == "/admin/desk/"
    assert columns("category") == ["active"]
