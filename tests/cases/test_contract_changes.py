"""What agents enter and put right: hours, lines of a statement, the contract that a case draws from."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Activity
from cases.actions import (
    change_entitlement,
    change_status,
    correct_statement,
    enter_time,
    merge_cases,
    reclassify,
    take_back_time,
)
from cases.models import Case, CaseClock, Deduction, Product, TimeEntry
from tests.cases.factories import make_case, make_entitlement, make_policy, status


@pytest.fixture
def actor(ada):
    return Actor(user=ada)


@pytest.fixture
def product(db):
    return Product.objects.create(name="Beacon", slug="beacon")


def entered(actor, case, minutes=60, **fields):
    return enter_time(actor=actor, case=case, agent=actor.user, minutes=minutes, **fields)


def test_the_same_submission_enters_time_once(actor, alice, acme):
    hours = make_entitlement(acme, unit="hours")
    case, submission = make_case(alice), uuid.uuid4()
    assert entered(actor, case, submission=submission) == entered(actor, case, submission=submission)
    assert (TimeEntry.objects.count(), hours.consumed) == (1, 1)
    entered(actor, case)
    entered(actor, case)
    assert TimeEntry.objects.count() == 3


def test_no_time_is_entered_in_a_case_that_was_merged(actor, alice):
    case, twin = make_case(alice), make_case(alice, "Again")
    merge_cases(actor=actor, case=twin, into=case)
    with pytest.raises(ValidationError, match="merged into another"):
        entered(actor, twin)


def test_no_time_is_entered_for_a_day_before_the_case_was_opened(actor, alice):
    case, today = make_case(alice), timezone.localdate()
    with pytest.raises(ValidationError) as refused:
        entered(actor, case, worked_on=today - timedelta(days=1))
    assert "worked_on" in refused.value.message_dict
    assert entered(actor, case, worked_on=today).worked_on == today


def test_work_for_an_older_case_that_was_merged_in_is_entered_for_its_days(actor, alice):
    old, case = make_case(alice), make_case(alice, "Again")
    earlier = timezone.now() - timedelta(days=5)
    old.messages.update(created_at=earlier)
    merge_cases(actor=actor, case=old, into=case)
    assert entered(actor, case, worked_on=timezone.localdate(earlier)).pk


def test_time_that_is_taken_back_is_given_back_once_and_stays_to_be_seen(actor, alice, acme):
    hours = make_entitlement(acme, unit="hours")
    entry = entered(actor, make_case(alice), 90)
    for _twice in range(2):
        entry = take_back_time(actor=actor, entry=entry)
    assert entry.taken_back_at
    assert [line.amount for line in hours.deductions.order_by("pk")] == [Decimal("1.5"), Decimal("-1.5")]
    assert Activity.objects.filter(verb="case.time_taken_back", is_internal=True).count() == 1


def test_time_that_did_not_count_is_taken_back_without_a_line(actor, alice, acme):
    make_entitlement(acme, unit="hours")
    assert take_back_time(
        actor=actor, entry=entered(actor, make_case(alice), is_billable=False)
    ).taken_back_at
    assert not Deduction.objects.exists()


def test_hours_that_were_given_back_already_are_not_given_back_twice(actor, alice, acme):
    hours = make_entitlement(acme, unit="hours")
    entry = entered(actor, make_case(alice), 90)
    correct_statement(actor=actor, deduction=Deduction.objects.get(), amount=Decimal("-1"), note="Goodwill")
    take_back_time(actor=actor, entry=entry)
    assert hours.remaining == 10


def test_a_line_of_hours_and_its_corrections_go_along_when_cases_are_merged(actor, alice, acme):
    make_entitlement(acme, unit="hours")
    case, twin = make_case(alice), make_case(alice, "Again")
    take_back_time(actor=actor, entry=entered(actor, twin))
    merge_cases(actor=actor, case=twin, into=case)
    assert set(Deduction.objects.values_list("case", flat=True)) == {case.pk}


def test_no_more_is_given_back_than_the_line_took_less_earlier_corrections(actor, alice, acme):
    hours = make_entitlement(acme, unit="hours")
    entered(actor, make_case(alice), 120)
    line = Deduction.objects.get()
    first = correct_statement(actor=actor, deduction=line, amount=Decimal("-1.5"), note="Goodwill")
    for about in (line, first):
        with pytest.raises(ValidationError) as refused:
            correct_statement(actor=actor, deduction=about, amount=Decimal("-0.51"), note="Again")
        assert refused.value.message_dict == {"amount": ["At most 0.50 of this line can be credited back."]}
    correct_statement(actor=actor, deduction=first, amount=Decimal("-0.5"), note="All of it")
    assert hours.remaining == 10


def test_more_can_be_taken_for_a_case_that_has_counted(actor, alice, acme):
    cases = make_entitlement(acme)
    make_case(alice)
    correct_statement(actor=actor, deduction=Deduction.objects.get(), amount=Decimal(2), note="Three matters")
    assert cases.remaining == 7


def test_a_case_that_was_given_back_is_not_given_back_again_when_it_is_merged(actor, alice, acme):
    cases = make_entitlement(acme)
    case, twin = make_case(alice), make_case(alice, "Again")
    correct_statement(
        actor=actor, deduction=Deduction.objects.get(case=twin), amount=Decimal(-1), note="Goodwill"
    )
    merge_cases(actor=actor, case=twin, into=case)
    assert cases.remaining == 9


def test_another_contract_is_charged_and_the_first_gets_everything_back(actor, alice, acme):
    old, hours = make_entitlement(acme), make_entitlement(acme, unit="hours", valid_until=date(2099, 12, 31))
    case = make_case(alice)
    entered(actor, case, 30)
    change_entitlement(actor=actor, case=case, entitlement=hours)
    assert (old.remaining, hours.remaining) == (10, Decimal("9.5"))
    change_entitlement(actor=actor, case=case, entitlement=old)
    assert (old.remaining, hours.remaining) == (9, 10)
    change_entitlement(actor=actor, case=case, entitlement=hours)
    assert (old.remaining, hours.remaining) == (10, Decimal("9.5"))
    change_entitlement(actor=actor, case=case, entitlement=None)
    assert (old.remaining, hours.remaining) == (10, 10)
    assert Case.objects.get().entitlement is None
    assert Activity.objects.filter(verb="case.entitlement_changed", is_internal=True).count() == 4


def test_hours_that_were_taken_back_are_not_charged_to_another_contract(actor, alice, acme):
    make_entitlement(acme)
    hours = make_entitlement(acme, unit="hours", valid_until=date(2099, 12, 31))
    case = make_case(alice)
    take_back_time(actor=actor, entry=entered(actor, case, 30))
    change_entitlement(actor=actor, case=case, entitlement=hours)
    assert hours.remaining == 10


def test_hours_of_a_case_that_was_merged_in_are_charged_once(actor, alice, acme, product):
    first = make_entitlement(acme, unit="hours")
    of_product = make_entitlement(acme, unit="hours", product=product)
    case, twin = make_case(alice), make_case(alice, "Again", product=product)
    entered(actor, twin)
    merge_cases(actor=actor, case=twin, into=case)
    change_entitlement(actor=actor, case=case, entitlement=of_product)
    assert (first.remaining, of_product.remaining) == (10, 9)
    change_entitlement(actor=actor, case=case, entitlement=first)
    assert (first.remaining, of_product.remaining) == (9, 10)


def test_a_contract_that_counts_at_the_resolution_is_charged_only_when_it_is_resolved(actor, alice, acme):
    make_entitlement(acme)
    later = make_entitlement(acme, consumed_on="resolving", valid_until=date(2099, 12, 31))
    case = make_case(alice)
    change_entitlement(actor=actor, case=case, entitlement=later)
    assert later.remaining == 10
    change_status(actor=actor, case=case, status=status("resolved"))
    assert later.remaining == 9


@pytest.mark.parametrize(
    "fields",
    [{"valid_until": date(2020, 1, 1), "valid_from": date(2019, 1, 1)}, {"is_active": False}],
    ids=["over", "switched off"],
)
def test_a_contract_that_was_not_valid_when_the_case_was_opened_is_refused(actor, alice, acme, fields):
    case = make_case(alice)
    with pytest.raises(ValidationError) as refused:
        change_entitlement(actor=actor, case=case, entitlement=make_entitlement(acme, **fields))
    assert "entitlement" in refused.value.message_dict


def test_a_contract_of_another_account_is_refused(actor, alice, globex):
    case = make_case(alice)
    with pytest.raises(ValidationError):
        change_entitlement(actor=actor, case=case, entitlement=make_entitlement(globex))


def test_the_contract_of_a_case_that_was_merged_stays(actor, alice, acme):
    case, twin = make_case(alice), make_case(alice, "Again")
    merge_cases(actor=actor, case=twin, into=case)
    with pytest.raises(ValidationError, match="merged into another"):
        change_entitlement(actor=actor, case=twin, entitlement=make_entitlement(acme))


def test_another_contract_promises_what_it_names(actor, alice, acme):
    case = make_case(alice)
    assert not CaseClock.objects.exists()
    change_entitlement(
        actor=actor,
        case=case,
        entitlement=make_entitlement(acme, sla_policy=make_policy(only_by_entitlement=True)),
    )
    assert CaseClock.objects.get(promise="first_reply").started_at == case.created_at


def test_another_product_draws_from_its_own_contract(actor, alice, acme, product):
    for_all, of_product = (
        make_entitlement(acme),
        make_entitlement(acme, product=product, limit="restrict", amount=1),
    )
    make_case(alice, "The only one", product=product)
    case = make_case(alice)
    reclassify(actor=actor, case=case, request_type=case.request_type, product=product)
    assert Case.objects.get(pk=case.pk).entitlement == for_all
    of_product.amount = 2
    of_product.save()
    other = make_case(alice, "Another")
    reclassify(actor=actor, case=other, request_type=other.request_type, product=product)
    assert Case.objects.get(pk=other.pk).entitlement == of_product
    assert (for_all.remaining, of_product.remaining) == (9, 0)
    reclassify(actor=actor, case=other, request_type=other.request_type, product=None)
    assert (for_all.remaining, of_product.remaining) == (8, 1)


def test_another_type_leaves_the_contract_as_it_is(actor, alice, acme):
    chosen = make_entitlement(acme, valid_until=date(2099, 12, 31))
    make_entitlement(acme)
    case = make_case(alice)
    change_entitlement(actor=actor, case=case, entitlement=chosen)
    other = type(case.request_type).objects.exclude(pk=case.request_type_id).first()
    reclassify(actor=actor, case=case, request_type=other, product=None)
    assert Case.objects.get().entitlement == chosen
