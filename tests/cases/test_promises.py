"""Targets for a case, when it is due, what stops and what ends it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.actors import Actor
from accounts.models import Activity, OutgoingMail
from cases.actions import (
    add_internal_note,
    change_priority,
    change_status,
    close_case,
    merge_cases,
    reopen_case,
    reply_to_case,
    warn_of_promises,
)
from cases.models import Case, CaseClock, CasePause, SlaPolicy
from tests.cases.factories import make_case, make_entitlement, make_policy, make_staff_reply, status
from tests.factories import make_user

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def on(text: str) -> Any:
    return time_machine.travel(at(text), tick=False)


def due(case: Case, promise: str) -> datetime:
    return CaseClock.objects.get(case=case, promise=promise, met_at=None, dropped_at=None).due_at.astimezone(
        BERLIN
    )


def as_customer(contact: Any) -> Actor:
    return Actor(user=contact.user, contact=contact)


@pytest.fixture
def policy(db: None) -> SlaPolicy:
    return make_policy()


@pytest.fixture
def case(policy: SlaPolicy, alice: Any) -> Case:
    """Opened on a Wednesday at ten."""
    with on("2026-11-25 10:00"):
        return make_case(alice)


def test_a_new_case_promises_a_reply_and_a_resolution(case):
    assert due(case, "first_reply") == at("2026-11-25 14:00")
    assert due(case, "resolution") == at("2026-12-02 10:00")
    case.refresh_from_db()
    assert case.due_at == at("2026-11-25 14:00")


def test_a_case_without_a_fitting_policy_promises_nothing(alice, policy):
    policy.priority = "urgent"
    policy.save()
    case = make_case(alice)
    assert not CaseClock.objects.exists()
    assert case.due_at is None


def test_an_answer_keeps_the_promise_of_a_reply(case, ada):
    with on("2026-11-25 13:00"):
        make_staff_reply(case, ada)
    clock = CaseClock.objects.get(case=case, promise="first_reply")
    assert (clock.met_at, clock.was_kept) == (at("2026-11-25 13:00"), True)
    case.refresh_from_db()
    assert case.first_reply_at == at("2026-11-25 13:00")
    assert case.due_at == at("2026-12-02 10:00")


def test_a_late_answer_has_not_kept_it(case, ada):
    with on("2026-11-25 16:00"):
        make_staff_reply(case, ada)
    assert CaseClock.objects.get(case=case, promise="first_reply").was_kept is False


def test_an_internal_note_keeps_no_promise(case, ada):
    with on("2026-11-25 11:00"):
        add_internal_note(actor=Actor(user=ada), case=case, body="Looks like the firmware.")
    assert due(case, "first_reply") == at("2026-11-25 14:00")


def test_what_the_customer_writes_next_is_owed_an_answer_once(case, alice, ada):
    with on("2026-11-25 11:00"):
        make_staff_reply(case, ada)
    for moment in ("2026-11-25 16:00", "2026-11-26 09:00"):
        with on(moment):
            reply_to_case(actor=as_customer(alice), case=case, body="And now?")
    assert due(case, "next_reply") == at("2026-11-26 16:00")


def test_a_customer_who_writes_again_before_the_first_answer_gets_no_second_clock(case, alice):
    with on("2026-11-25 11:00"):
        reply_to_case(actor=as_customer(alice), case=case, body="One more thing.")
    assert CaseClock.objects.filter(case=case, promise="next_reply").count() == 0
    assert due(case, "first_reply") == at("2026-11-25 14:00")


@pytest.mark.parametrize("pause", ["waiting", "on_hold"])
def test_the_clock_stands_still_while_the_case_waits(case, ada, pause):
    with on("2026-11-25 12:00"):
        change_status(actor=Actor(user=ada), case=case, status=status(pause))
    case.refresh_from_db()
    assert case.due_at is None
    with on("2026-11-26 12:00"):
        change_status(actor=Actor(user=ada), case=case, status=status("in_progress"))
    assert due(case, "first_reply") == at("2026-11-26 14:00")
    assert due(case, "resolution") == at("2026-12-03 10:00")
    assert CasePause.objects.filter(case=case, ended_at__isnull=False).count() == 1


def test_going_from_waiting_to_on_hold_is_one_pause(case, ada):
    for moment, slug in (
        ("2026-11-25 12:00", "waiting"),
        ("2026-11-25 15:00", "on_hold"),
        ("2026-11-26 12:00", "in_progress"),
    ):
        with on(moment):
            change_status(actor=Actor(user=ada), case=case, status=status(slug))
    assert CasePause.objects.filter(case=case).count() == 1
    assert due(case, "first_reply") == at("2026-11-26 14:00")


@pytest.mark.parametrize(
    ("opened", "reply_due"),
    [
        ("2026-03-27 16:00", "2026-03-30 12:00"),  # summer time begins in the night to Sunday
        ("2026-10-23 16:00", "2026-10-26 12:00"),  # and ends
        ("2026-11-27 23:30", "2026-11-30 13:00"),
        ("2026-11-28 12:00", "2026-11-30 13:00"),
    ],
)
def test_a_reply_is_due_in_working_time(policy, alice, opened, reply_due):
    with on(opened):
        case = make_case(alice)
    assert due(case, "first_reply") == at(reply_due)


def test_public_holidays_and_own_closed_days_do_not_count(policy, alice):
    policy.calendar.country = "DE"
    policy.calendar.save()
    policy.calendar.closed_days.create(day="2026-12-28")
    with on("2026-12-24 16:00"):
        case = make_case(alice)
    assert due(case, "first_reply") == at("2026-12-29 12:00")


def test_a_higher_priority_promises_more_from_the_beginning(case, ada, policy):
    make_policy(priority="urgent", first_reply=60, calendar=policy.calendar, resolution=None)
    with on("2026-11-25 10:30"):
        change_priority(actor=Actor(user=ada), case=case, priority="urgent")
    assert due(case, "first_reply") == at("2026-11-25 11:00")
    assert not CaseClock.objects.filter(case=case, promise="resolution", dropped_at=None).exists()


@pytest.fixture
def unpromised(policy: SlaPolicy, alice: Any) -> Case:
    """Opened on a Wednesday at ten with a priority of which nothing is promised."""
    make_policy(priority="low", first_reply=None, next_reply=None, resolution=None, calendar=policy.calendar)
    with on("2026-11-25 10:00"):
        return make_case(alice, priority="low")


def raised(case: Case, ada: Any, moment: str, priority: str = "urgent") -> Case:
    with on(moment):
        return change_priority(actor=Actor(user=ada), case=case, priority=priority)


def test_a_raised_priority_promises_what_was_not_promised_before_from_the_opening(unpromised, ada):
    case = raised(unpromised, ada, "2026-11-25 11:00")
    assert due(case, "first_reply") == at("2026-11-25 14:00")
    assert due(case, "resolution") == at("2026-12-02 10:00")
    assert case.due_at == at("2026-11-25 14:00")


def test_a_raised_priority_owes_the_answer_that_the_customer_waits_for(unpromised, alice, ada):
    with on("2026-11-25 10:30"):
        make_staff_reply(unpromised, ada)
    for moment in ("2026-11-25 11:00", "2026-11-25 12:00"):
        with on(moment):
            reply_to_case(actor=as_customer(alice), case=unpromised, body="And now?")
    case = raised(unpromised, ada, "2026-11-25 13:00")
    assert due(case, "next_reply") == at("2026-11-26 11:00")


def test_a_raised_priority_owes_no_answer_where_the_desk_had_the_last_word(unpromised, ada):
    with on("2026-11-25 10:30"):
        make_staff_reply(unpromised, ada)
    case = raised(unpromised, ada, "2026-11-25 13:00")
    assert list(case.clocks.values_list("promise", flat=True)) == ["resolution"]


def test_promises_of_a_case_that_was_taken_up_again_begin_there(unpromised, alice, ada):
    with on("2026-11-25 11:00"):
        make_staff_reply(unpromised, ada, status="resolved")
    with on("2026-11-26 10:00"):
        reopen_case(actor=as_customer(alice), case=unpromised)
    case = raised(unpromised, ada, "2026-11-26 12:00")
    assert due(case, "next_reply") == at("2026-11-27 10:00")
    assert due(case, "resolution") == at("2026-12-03 10:00")


def test_a_raised_priority_leaves_the_time_of_waiting_out(unpromised, ada):
    for moment, slug in (("2026-11-25 11:00", "on_hold"), ("2026-11-26 11:00", "in_progress")):
        with on(moment):
            change_status(actor=Actor(user=ada), case=unpromised, status=status(slug))
    assert due(raised(unpromised, ada, "2026-11-26 12:00"), "first_reply") == at("2026-11-26 14:00")


def test_a_closed_case_is_promised_nothing_by_another_priority(unpromised, ada):
    with on("2026-11-25 11:00"):
        make_staff_reply(unpromised, ada, status="resolved")
    assert not raised(unpromised, ada, "2026-11-25 13:00").clocks.exists()


def test_agents_are_warned_again_when_there_is_more_time_than_they_were_told(case, ada, policy):
    Case.objects.update(assigned_to=ada)
    make_policy(priority="low", first_reply=960, calendar=policy.calendar)
    warn_of_promises(now=at("2026-11-25 14:00"))
    case = raised(case, ada, "2026-11-25 15:00", "low")
    clock = case.clocks.get(promise="first_reply")
    assert (clock.due_at, clock.warned_at, clock.missed_at) == (at("2026-11-27 10:00"), None, None)
    assert warn_of_promises(now=at("2026-11-27 10:00")) == 1


def test_a_warning_is_not_repeated_after_each_pause(case, ada):
    Case.objects.update(assigned_to=ada)
    warn_of_promises(now=at("2026-11-25 13:00"))
    for moment, slug in (("2026-11-25 13:10", "on_hold"), ("2026-11-25 13:20", "in_progress")):
        with on(moment):
            change_status(actor=Actor(user=ada), case=case, status=status(slug))
    assert warn_of_promises(now=at("2026-11-25 13:30")) == 0


def test_what_was_missed_before_a_merger_stays_missed_and_is_reckoned_from_the_earlier_question(
    case, alice, ada, policy
):
    with on("2026-11-25 13:30"):
        later = make_case(alice, "Again")
    warn_of_promises(now=at("2026-11-25 14:05"))
    with on("2026-11-25 14:30"):
        merge_cases(actor=Actor(user=ada), case=case, into=later)
    clock = CaseClock.objects.get(case=later, promise="first_reply")
    assert (clock.started_at, clock.due_at) == (at("2026-11-25 10:00"), at("2026-11-25 14:00"))
    assert clock.missed_at == at("2026-11-25 14:05")
    assert CaseClock.objects.filter(missed_at__isnull=False).count() == 1
    assert due(later, "resolution") == at("2026-12-02 10:00")
    assert warn_of_promises(now=at("2026-11-25 14:31")) == 0


def test_what_was_missed_counts_though_it_is_answered_in_the_time_of_the_case_that_goes_on(
    case, alice, ada, policy
):
    make_policy(priority="low", first_reply=2000, calendar=policy.calendar)
    with on("2026-11-25 13:30"):
        later = make_case(alice, "Again", priority="low")
    warn_of_promises(now=at("2026-11-25 14:05"))
    with on("2026-11-25 14:30"):
        merge_cases(actor=Actor(user=ada), case=case, into=later)
    for moment, slug in (("2026-11-25 14:40", "on_hold"), ("2026-11-25 14:50", "in_progress")):
        with on(moment):
            change_status(actor=Actor(user=ada), case=later, status=status(slug))
    with on("2026-11-25 15:00"):
        make_staff_reply(later, ada)
    assert CaseClock.objects.get(case=later, promise="first_reply").was_kept is False


def test_nothing_is_owed_in_a_resolved_case_that_another_is_merged_into(case, alice, ada):
    with on("2026-11-25 10:00"):
        settled = make_case(alice, "Before")
        make_staff_reply(settled, ada, status="resolved")
        merge_cases(actor=Actor(user=ada), case=case, into=settled)
    assert not CaseClock.objects.filter(met_at=None, dropped_at=None).exists()


def test_the_policy_that_says_most_about_the_case_counts(alice, policy, acme):
    make_policy(account=acme, first_reply=120, calendar=policy.calendar)
    make_policy(priority="normal", first_reply=180, calendar=policy.calendar)
    with on("2026-11-25 10:00"):
        assert due(make_case(alice), "first_reply") == at("2026-11-25 12:00")


def test_the_policy_of_the_entitlement_counts_before_all(alice, acme, policy):
    make_policy(account=acme, first_reply=120, calendar=policy.calendar)
    best = make_policy(only_by_entitlement=True, first_reply=60, calendar=policy.calendar)
    with on("2026-11-25 10:00"):
        make_entitlement(acme, sla_policy=best)
        assert due(make_case(alice), "first_reply") == at("2026-11-25 11:00")


def test_a_policy_meant_for_entitlements_fits_nobody_else(alice, policy):
    SlaPolicy.objects.update(only_by_entitlement=True)
    make_case(alice)
    assert not CaseClock.objects.exists()


def test_a_resolved_case_has_kept_its_promises(case, ada):
    with on("2026-11-25 13:00"):
        change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    assert {clock.promise: clock.was_kept for clock in CaseClock.objects.filter(case=case)} == {
        "first_reply": True,
        "resolution": True,
    }
    case.refresh_from_db()
    assert case.due_at is None


def test_a_cancelled_case_owes_nothing(case, alice):
    with on("2026-11-25 13:00"):
        close_case(actor=as_customer(alice), case=case, category="cancelled")
    assert {clock.was_kept for clock in CaseClock.objects.filter(case=case)} == {None}


def test_a_reopened_case_promises_again(case, alice, ada):
    with on("2026-11-25 13:00"):
        make_staff_reply(case, ada, status="resolved")
    with on("2026-11-26 10:00"):
        reopen_case(actor=as_customer(alice), case=case)
    assert due(case, "next_reply") == at("2026-11-27 10:00")
    assert due(case, "resolution") == at("2026-12-03 10:00")


def test_agents_are_warned_once_and_told_once_that_it_is_late(case, ada):
    Case.objects.update(assigned_to=ada)
    told = [
        (moment, warn_of_promises(now=at(moment)))
        for moment in ("2026-11-25 12:59", "2026-11-25 13:00", "2026-11-25 13:30")
    ]
    assert [count for _moment, count in told] == [0, 1, 0]
    assert [warn_of_promises(now=at("2026-11-25 14:00")), warn_of_promises(now=at("2026-11-25 14:01"))] == [
        1,
        0,
    ]
    assert [mail.event for mail in OutgoingMail.objects.filter(to=ada.email).order_by("pk")] == [
        "cases/promise_near",
        "cases/promise_missed",
    ]
    assert Activity.objects.get(verb="case.promise_missed").is_internal


def test_nobody_is_warned_of_a_case_that_waits_for_its_customer(case, ada):
    with on("2026-11-25 12:00"):
        change_status(actor=Actor(user=ada), case=case, status=status("waiting"))
    assert warn_of_promises(now=at("2026-11-26 12:00")) == 0


def test_a_pause_leaves_no_trace_of_time(case, ada):
    moment = at("2026-11-25 10:00")
    for _round in range(20):
        moment += timedelta(minutes=7)
        for slug in ("waiting", "in_progress"):
            moment += timedelta(minutes=3)
            with time_machine.travel(moment, tick=False):
                change_status(actor=Actor(user=ada), case=case, status=status(slug))
    assert due(case, "first_reply") == at("2026-11-25 15:00")


def test_a_case_that_cannot_be_dealt_with_does_not_hold_the_others_up(case, alice, ada):
    """The time zone of its agent is gone: no mail can be made for them."""
    broken = make_user("broken@portal.example", is_staff=True, is_superuser=True)
    with on("2026-11-25 10:00"):
        other = make_case(alice, "Other")
    Case.objects.filter(pk=case.pk).update(assigned_to=broken)
    Case.objects.filter(pk=other.pk).update(assigned_to=ada)
    type(broken).objects.filter(pk=broken.pk).update(time_zone="Mars/Olympus")
    assert warn_of_promises(now=at("2026-11-25 14:00")) == 1
    assert list(CaseClock.objects.filter(missed_at__isnull=False).values_list("case", flat=True)) == [
        other.pk
    ]


def test_more_promises_than_a_few_hundred_are_told_of_at_once(case):
    Case.objects.update(assigned_to=None)
    clock = CaseClock.objects.get(promise="first_reply")
    same = {name: getattr(case, name) for name in ("contact", "account", "request_type")}
    cases = Case.objects.bulk_create(Case(subject=f"Case {number}", **same) for number in range(250))
    rows = {name: getattr(clock, name) for name in ("promise", "minutes", "started_at", "due_at", "warn_at")}
    CaseClock.objects.bulk_create(CaseClock(case=each, **rows) for each in cases)
    assert warn_of_promises(now=at("2026-11-25 14:00")) == 251
