"""Agents and customers at the same moment."""

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import Actor
from accounts.models import Activity
from cases.actions import change_status, close_case, merge_cases, reply_to_case
from cases.models import Case, CaseMessage, CasePause
from tests.cases.factories import make_case, make_entitlement, make_policy, status
from tests.factories import make_user
from tests.races import at_once, commits

pytestmark = commits


@pytest.fixture
def agents(db):
    return [make_user(f"agent{number}@portal.example", is_staff=True) for number in range(4)]


def tried(work):
    """What an action gave, or its refusal in words."""
    try:
        return work()
    except ValidationError as error:
        return error.messages[0]


def test_agents_who_resolve_one_case_at_once_resolve_it_once(agents, alice, acme):
    make_policy()
    entitlement = make_entitlement(acme, consumed_on="resolving")
    case = make_case(alice)
    at_once(4, lambda number: change_status(actor=Actor(user=agents[number]), case=case, status=status("resolved")))
    assert Case.objects.get().category == "resolved"
    assert Activity.objects.filter(verb="case.status_changed").count() == 1
    assert entitlement.deductions.count() == 1


def test_a_customer_who_answers_while_an_agent_closes_loses_nothing(agents, alice):
    make_policy()
    case = make_case(alice)
    customer = Actor(user=alice.user, contact=alice)
    work = [
        lambda: reply_to_case(actor=customer, case=case, body="One more thing"),
        lambda: change_status(actor=Actor(user=agents[0]), case=case, status=status("resolved")),
    ]
    at_once(2, lambda number: tried(work[number]))
    case.refresh_from_db()
    assert CaseMessage.objects.filter(body="One more thing").exists()
    running = case.clocks.filter(met_at=None, dropped_at=None)
    assert running.exists() == (case.category == "active")
    assert (case.closed_at is None) == (case.category == "active")


def test_a_customer_who_closes_while_an_agent_waits_for_them_leaves_one_state(agents, alice):
    make_policy()
    case = make_case(alice)
    customer = Actor(user=alice.user, contact=alice)
    work = [
        lambda: close_case(actor=customer, case=case, category="resolved"),
        lambda: change_status(actor=Actor(user=agents[0]), case=case, status=status("waiting")),
    ]
    at_once(2, lambda number: tried(work[number]))
    assert Case.objects.get().category == "resolved"
    assert not CasePause.objects.filter(ended_at=None).exists()


def test_two_cases_that_are_merged_into_each_other_at_once_become_one(agents, alice):
    one, other = make_case(alice, "One"), make_case(alice, "Other")
    pairs = [(one, other), (other, one)]
    at_once(2, lambda number: tried(lambda: merge_cases(actor=Actor(user=agents[number]), case=pairs[number][0], into=pairs[number][1])))
    assert Case.objects.filter(merged_into__isnull=False).count() == 1
    assert Case.objects.get(merged_into=None).messages.count() == 2


def test_an_answer_while_the_case_is_merged_is_in_the_other_case_or_refused(agents, alice):
    one, other = make_case(alice, "One"), make_case(alice, "Other")
    work = [
        lambda: reply_to_case(actor=Actor(user=agents[0]), case=one, body="An answer"),
        lambda: merge_cases(actor=Actor(user=agents[1]), case=one, into=other),
    ]
    at_once(2, lambda number: tried(work[number]))
    assert one.messages.count() == 0
    assert other.messages.count() in (2, 3)
