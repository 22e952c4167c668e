"""Whatever customers and agents do in whatever order: a case only moves as it may, and what hangs on its
status agrees."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from cases.actions import (
    assign_case,
    change_priority,
    change_status,
    close_case,
    rate_case,
    reopen_case,
    reply_to_case,
)
from cases.models import CLOSED, PAUSED, TRANSITIONS, Case, CaseClock, CasePause, CaseStatus, StatusCategory
from tests.cases.factories import make_case, make_entitlement, make_policy, status

SLUGS = ("new", "in_progress", "waiting", "on_hold", "resolved", "cancelled")
AGENT_STEPS = [("agent moves to", slug) for slug in SLUGS] + [
    ("agent replies", ""),
    ("agent raises priority", ""),
    ("agent takes it", ""),
]
CUSTOMER_STEPS = [
    ("customer replies", ""),
    ("customer resolves", ""),
    ("customer cancels", ""),
    ("customer reopens", ""),
    ("customer rates", ""),
]


def take(step: tuple[str, str], case: Case, alice: Any, ada: Any) -> None:
    agent, customer, what = Actor(user=ada), Actor(user=alice.user, contact=alice), step[0]
    deeds = {
        "agent moves to": lambda: change_status(actor=agent, case=case, status=status(step[1])),
        "agent replies": lambda: reply_to_case(actor=agent, case=case, body="Hello"),
        "agent raises priority": lambda: change_priority(actor=agent, case=case, priority="high"),
        "agent takes it": lambda: assign_case(actor=agent, case=case, to=ada),
        "customer replies": lambda: reply_to_case(actor=customer, case=case, body="Hello"),
        "customer resolves": lambda: close_case(actor=customer, case=case, category="resolved"),
        "customer cancels": lambda: close_case(actor=customer, case=case, category="cancelled"),
        "customer reopens": lambda: reopen_case(actor=customer, case=case),
        "customer rates": lambda: rate_case(actor=customer, case=case, rating=4),
    }
    deeds[what]()


def agrees(case: Case) -> None:
    running = CaseClock.objects.filter(case=case, met_at=None, dropped_at=None)
    assert case.category == case.status.category
    assert (case.closed_at is not None) == (case.category in CLOSED)
    assert (case.waiting_since is not None) == (case.category == StatusCategory.WAITING)
    assert CasePause.objects.filter(case=case, ended_at=None).exists() == (case.category in PAUSED)
    assert not (running.exists() and case.category in CLOSED)
    earliest = running.order_by("due_at").values_list("due_at", flat=True).first()
    assert case.due_at == (None if case.category in PAUSED else earliest)
    assert case.entitlement.consumed == 1
    assert case.rating in (None, 4)


@contextmanager
def undone() -> Iterator[None]:
    """Each example starts with the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(AGENT_STEPS + CUSTOMER_STEPS), st.integers(1, 4_000)), max_size=12
    )
)
def test_a_case_stays_true_to_its_status_whatever_happens(alice, acme, ada, steps):
    with time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=UTC), tick=False) as clock, undone():
        make_policy()
        make_entitlement(acme)
        case = make_case(alice)
        for step, minutes in steps:
            clock.shift(timedelta(minutes=minutes))
            before = Case.objects.get(pk=case.pk)
            try:
                take(step, before, alice, ada)
            except ValidationError:
                after = Case.objects.get(pk=case.pk)
                assert (after.status_id, after.updated_at) == (before.status_id, before.updated_at)
            after = Case.objects.select_related("status").get(pk=case.pk)
            assert after.category in TRANSITIONS[before.category]
            agrees(after)


@pytest.mark.parametrize("before", StatusCategory.values)
@pytest.mark.parametrize("after", StatusCategory.values)
def test_only_allowed_moves_are_made(alice, ada, before, after):
    case = make_case(alice)
    change_status(actor=Actor(user=ada), case=case, status=CaseStatus.objects.first_of(before))
    move = {"actor": Actor(user=ada), "case": case, "status": CaseStatus.objects.first_of(after)}
    if after in TRANSITIONS[before]:
        assert change_status(**move).category == after
    else:
        with pytest.raises(ValidationError):
            change_status(**move)
        assert Case.objects.get().category == before


def test_a_customer_cannot_close_a_colleagues_case(alice, fiona):
    case = make_case(alice)
    with pytest.raises(ValidationError):
        close_case(actor=Actor(user=fiona.user, contact=fiona), case=case, category="resolved")


def test_a_customer_reopens_in_time_and_not_later(alice, ada):
    case = make_case(alice)
    customer = Actor(user=alice.user, contact=alice)
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=15)), pytest.raises(ValidationError):
        reopen_case(actor=customer, case=case)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=13)):
        assert reopen_case(actor=customer, case=case).category == StatusCategory.ACTIVE


@pytest.mark.parametrize("rating", [0, 6])
def test_a_rating_is_one_to_five(alice, ada, rating):
    case = make_case(alice)
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    with pytest.raises(IntegrityError, match="rating_is_one_to_five"):
        rate_case(actor=Actor(user=alice.user, contact=alice), case=case, rating=rating)
