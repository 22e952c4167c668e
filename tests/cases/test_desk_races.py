"""Agents and customers at the same moment."""

import threading
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions.merge import merge_contacts
from accounts.actors import Actor
from accounts.models import Activity, OutgoingMail
from cases.actions import (
    Then,
    answer_case,
    assign_case,
    change_entitlement,
    change_status,
    close_case,
    correct_statement,
    enter_time,
    merge_cases,
    open_case,
    reply_to_case,
    schedule_reply,
    send_due_replies,
    take_back_time,
    warn_of_promises,
)
from cases.models import (
    Case,
    CaseDesk,
    CaseMessage,
    CasePause,
    Deduction,
    Entitlement,
    RequestType,
    ScheduledReply,
    TimeEntry,
)
from tests.cases.factories import make_case, make_entitlement, make_policy, status
from tests.factories import make_contact, make_user
from tests.races import at_once, commits, hold_until

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
    at_once(
        4,
        lambda number: change_status(actor=Actor(user=agents[number]), case=case, status=status("resolved")),
    )
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
    at_once(
        2,
        lambda number: tried(
            lambda: merge_cases(
                actor=Actor(user=agents[number]), case=pairs[number][0], into=pairs[number][1]
            )
        ),
    )
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


def test_a_form_that_is_sent_several_times_enters_the_time_once(agents, alice, acme):
    hours = make_entitlement(acme, unit="hours")
    case, submission = make_case(alice), uuid.uuid4()
    work = {"case": case, "agent": agents[0], "minutes": 60, "submission": submission}
    at_once(4, lambda _number: enter_time(actor=Actor(user=agents[0]), **work))
    assert (TimeEntry.objects.count(), hours.consumed) == (1, 1)


def test_time_that_several_take_back_is_given_back_once(agents, alice, acme):
    hours = make_entitlement(acme, unit="hours")
    entry = enter_time(actor=Actor(user=agents[0]), case=make_case(alice), agent=agents[0], minutes=60)
    at_once(4, lambda number: take_back_time(actor=Actor(user=agents[number]), entry=entry))
    assert (hours.consumed, Deduction.objects.count()) == (0, 2)


def test_a_line_that_several_correct_is_not_given_back_twice(agents, alice, acme):
    cases = make_entitlement(acme)
    make_case(alice)
    line = Deduction.objects.get()
    given = {"deduction": line, "amount": Decimal(-1), "note": "Goodwill"}
    at_once(4, lambda number: tried(lambda: correct_statement(actor=Actor(user=agents[number]), **given)))
    assert cases.consumed == 0


def test_a_case_that_is_resolved_while_its_contract_changes_counts_once(agents, alice, acme):
    old = make_entitlement(acme, consumed_on="resolving")
    new = make_entitlement(acme, consumed_on="resolving", valid_until=date(2099, 12, 31))
    case = make_case(alice)
    work = [
        lambda: change_status(actor=Actor(user=agents[0]), case=case, status=status("resolved")),
        lambda: change_entitlement(actor=Actor(user=agents[1]), case=case, entitlement=new),
    ]
    at_once(2, lambda number: tried(work[number]))
    assert (old.consumed, new.consumed) == (0, 1)


def test_a_contract_that_is_switched_off_while_cases_are_opened_takes_none_afterwards(agents, alice, acme):
    entitlement = make_entitlement(acme)
    CaseDesk.objects.update_or_create(pk=1, defaults={"needs_entitlement": True})
    customer, kind = Actor(user=alice.user, contact=alice), RequestType.objects.get(slug="problem")
    opening = {"actor": customer, "contact": alice, "description": "Help.", "request_type": kind}
    work = [
        lambda: Entitlement.objects.filter(pk=entitlement.pk).update(is_active=False),
        *[lambda: open_case(subject="One", **opening), lambda: open_case(subject="Other", **opening)],
    ]
    at_once(3, lambda number: tried(work[number]))
    assert entitlement.consumed == Case.objects.count()
    assert not Case.objects.filter(entitlement=None).exists()
    assert "No support contract covers this" in tried(lambda: open_case(subject="Later", **opening))


def test_three_merges_that_cross_leave_everything_said_in_cases_that_go_on(agents, alice):
    cases = [make_case(alice, f"Case {number}") for number in range(3)]
    ring = [(cases[0], cases[1]), (cases[1], cases[2]), (cases[2], cases[0])]
    at_once(
        3,
        lambda number: tried(
            lambda: merge_cases(actor=Actor(user=agents[number]), case=ring[number][0], into=ring[number][1])
        ),
    )
    assert sum(case.messages.count() for case in Case.objects.filter(merged_into=None)) == 3
    assert not Case.objects.filter(merged_into__merged_into__isnull=False).exists()


def test_a_case_that_several_give_to_one_agent_is_told_to_them_once(agents, alice):
    type(agents[3]).objects.filter(pk=agents[3].pk).update(is_superuser=True)
    agents[3].refresh_from_db()
    case = make_case(alice)
    at_once(3, lambda number: assign_case(actor=Actor(user=agents[number]), case=case, to=agents[3]))
    assert OutgoingMail.objects.filter(event="cases/assigned").count() == 1


def test_two_workers_tell_of_a_missed_promise_once(agents, alice):
    make_policy()
    make_case(alice)
    late = timezone.now() + timedelta(days=30)
    at_once(2, lambda _number: warn_of_promises(now=late))
    warn_of_promises(now=late)
    assert Activity.objects.filter(verb="case.promise_missed").count() == 2


def test_an_answer_while_the_worker_looks_for_late_ones_waits_for_nobody_for_long(agents, alice):
    make_policy()
    case = make_case(alice)
    late = timezone.now() + timedelta(days=30)
    work = [
        lambda: reply_to_case(actor=Actor(user=agents[0]), case=case, body="Here you are"),
        lambda: warn_of_promises(now=late),
    ]
    at_once(2, lambda number: work[number]())
    assert case.messages.count() == 2
    assert case.clocks.get(promise="first_reply").met_at


@pytest.mark.parametrize("kept_first", [True, False])
def test_contacts_are_merged_while_one_of_them_answers(ada, alice, acme, kept_first):
    """Whoever answers locks the case and then names the contact; so does whoever merges."""
    other = make_contact("Alicia", acme)
    case = make_case(alice)
    has_case, is_merged = threading.Event(), threading.Event()

    def answer() -> None:
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=case.pk)
            has_case.set()
            hold_until(is_merged)
            reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="While merging.")

    def merge() -> None:
        has_case.wait()
        sides = {"merged": other, "kept": alice} if kept_first else {"merged": alice, "kept": other}
        merge_contacts(actor=Actor(user=ada), sign_in="kept", **sides)
        is_merged.set()

    at_once(2, lambda number: (answer, merge)[number]())
    assert case.messages.count() == 2


def test_a_press_on_send_that_comes_several_times_makes_one_reply_and_one_change(agents, alice):
    case, number = make_case(alice), uuid.uuid4()
    then = Then(priority="high", status=status("waiting"), assigns_me=True)
    sent = {"case": case, "body": "An answer", "is_note": False, "then": then, "submission": number}
    at_once(4, lambda _number: answer_case(actor=Actor(user=agents[0]), **sent))
    assert case.messages.count() == 2
    for verb in ("case.priority_changed", "case.status_changed", "case.assigned"):
        assert Activity.objects.filter(verb=verb).count() == 1


def test_of_two_agents_who_change_one_property_at_once_the_second_is_told(sign_in, ada, alice):
    case = make_case(alice)
    url = reverse("admin:cases_case_properties", args=[case.pk])
    browsers, wanted = [sign_in(ada), sign_in(ada)], ("high", "urgent")
    answers = {}

    def choose(number: int) -> None:
        data = {"priority": wanted[number], "initial-priority": "normal"}
        answers[number] = browsers[number].post(url, data, headers={"Accept": "application/json"})

    at_once(2, choose)
    assert sorted(answer.status_code for answer in answers.values()) == [200, 409]
    first = next(number for number, answer in answers.items() if answer.status_code == 200)
    assert Case.objects.get().priority == wanted[first]


def later(agents, case, **fields):
    due = timezone.now() + timedelta(hours=1)
    return schedule_reply(actor=Actor(user=agents[0]), case=case, body="Later", goes_at=due, **fields)


def test_two_workers_send_a_scheduled_reply_once(agents, alice):
    type(agents[0]).objects.filter(pk=agents[0].pk).update(is_superuser=True)
    case = make_case(alice)
    later(agents, case)
    at_once(3, lambda _number: send_due_replies(now=timezone.now() + timedelta(days=1)))
    assert (case.messages.count(), ScheduledReply.objects.count()) == (2, 0)


def test_a_customer_who_writes_while_a_reply_is_sent_comes_after_it_or_holds_it(agents, alice):
    type(agents[0]).objects.filter(pk=agents[0].pk).update(is_superuser=True)
    case = make_case(alice)
    later(agents, case)
    work = [
        lambda: send_due_replies(now=timezone.now() + timedelta(days=1)),
        lambda: reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="It works."),
    ]
    at_once(2, lambda number: work[number]())
    said = list(CaseMessage.objects.order_by("pk").values_list("body", flat=True))[1:]
    held = ScheduledReply.objects.filter(held_because="answered").count()
    assert (said, held) in ((["Later", "It works."], 0), (["It works."], 1))
