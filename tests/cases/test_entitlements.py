"""What an account has bought, and what is deducted from it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actors import Actor
from cases.actions import change_status, close_case, correct_statement, enter_time, entitlement_for
from cases.models import Case, CaseDesk, Deduction, Entitlement, Product, StatusCategory
from tests.cases.factories import make_case, make_entitlement, status


def test_a_case_is_deducted_when_it_is_opened(alice, acme):
    premium = make_entitlement(acme)
    case = make_case(alice)
    assert case.entitlement == premium
    assert (premium.consumed, premium.remaining) == (1, 9)
    assert Deduction.objects.get().case == case


def test_a_case_is_deducted_once_when_it_is_resolved(alice, acme, ada):
    premium = make_entitlement(acme, consumed_on="resolving")
    case = make_case(alice)
    assert premium.consumed == 0
    for slug in ("resolved", "in_progress", "resolved"):
        change_status(actor=Actor(user=ada), case=case, status=status(slug))
    assert premium.consumed == 1


def test_hours_are_deducted_as_agents_enter_them(alice, acme, ada):
    hours = make_entitlement(acme, unit="hours", amount=5)
    case = make_case(alice)
    enter_time(actor=Actor(user=ada), case=case, agent=ada, minutes=50, note="Remote session")
    enter_time(actor=Actor(user=ada), case=case, agent=ada, minutes=30, is_billable=False)
    assert hours.consumed == Decimal("0.83")


def test_a_correction_is_a_line_of_its_own(alice, acme, ada):
    premium = make_entitlement(acme)
    make_case(alice)
    correct_statement(
        actor=Actor(user=ada), deduction=Deduction.objects.get(), amount=Decimal(-1), note="Our mistake"
    )
    assert (premium.consumed, Deduction.objects.count()) == (0, 2)


def test_no_case_is_opened_when_it_is_used_up(alice, acme):
    make_entitlement(acme, amount=1, limit="restrict")
    make_case(alice)
    with pytest.raises(ValidationError):
        make_case(alice, "Another")
    assert Case.objects.count() == 1


def test_what_may_be_overdrawn_goes_below_zero(alice, acme):
    premium = make_entitlement(acme, amount=1, limit="overdraw")
    make_case(alice)
    make_case(alice, "Another")
    assert premium.remaining == -1


def test_the_next_one_is_used_when_the_first_is_used_up(alice, acme):
    first = make_entitlement(acme, amount=1, limit="restrict", valid_until=timezone.localdate())
    second = make_entitlement(acme, limit="restrict")
    assert [make_case(alice, f"Case {n}").entitlement for n in range(2)] == [first, second]


def test_an_entitlement_for_the_product_is_used_before_one_for_all(alice, acme):
    beacon, other = (Product.objects.create(name=name, slug=name.lower()) for name in ("Beacon", "Tidegate"))
    for_all, for_beacon = make_entitlement(acme), make_entitlement(acme, product=beacon)
    assert entitlement_for(alice, beacon) == for_beacon
    assert entitlement_for(alice, other) == for_all
    assert entitlement_for(alice, None) == for_all


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_until": date(2020, 1, 1), "valid_from": date(2019, 1, 1)},
        {"valid_from": date(2100, 1, 1), "valid_until": date(2100, 12, 31)},
        {"is_active": False},
    ],
    ids=["over", "to come", "switched off"],
)
def test_what_is_not_valid_today_is_not_drawn_from(alice, acme, fields):
    make_entitlement(acme, **fields)
    assert entitlement_for(alice, None) is None


def test_another_accounts_entitlement_is_not_drawn_from(alice, globex):
    make_entitlement(globex)
    assert make_case(alice).entitlement is None


def test_an_account_without_one_opens_no_case_where_the_desk_asks_for_one(alice):
    CaseDesk.objects.update_or_create(pk=1, defaults={"needs_entitlement": True})
    with pytest.raises(ValidationError):
        make_case(alice)


def test_only_priorities_of_the_contract_are_open_to_the_customer(alice, acme):
    make_entitlement(acme, priorities=["normal", "high"])
    assert make_case(alice, priority="high").priority == "high"
    with pytest.raises(ValidationError) as refused:
        make_case(alice, "Another", priority="urgent")
    assert "priority" in refused.value.message_dict


def test_the_forecast_goes_on_as_before(alice, acme):
    today = date(2026, 3, 1)
    premium = Entitlement(
        account=acme, amount=10, valid_from=today - timedelta(days=19), valid_until=date(2026, 12, 31)
    )
    premium.loaded_consumption = Decimal(5)
    assert premium.runs_out_on(today) == today + timedelta(days=20)
    premium.loaded_consumption = Decimal(0)
    assert premium.runs_out_on(today) is None
    premium.loaded_consumption = Decimal("0.1")
    assert premium.runs_out_on(today) is None


def test_the_list_counts_consumption_in_one_query(alice, acme, django_assert_num_queries):
    for n in range(3):
        make_entitlement(acme, name=f"Premium {n}")
    make_case(alice)
    with django_assert_num_queries(1):
        assert sum(entitlement.consumed for entitlement in Entitlement.objects.with_consumption()) == 1


def test_open_cases_that_will_count_are_reckoned_with(sign_in, alice, ada, acme):
    make_entitlement(acme, consumed_on="resolving", limit="restrict", amount=1)
    case = make_case(alice)
    with pytest.raises(ValidationError, match="used up"):
        make_case(alice)
    close_case(actor=Actor(user=alice.user, contact=alice), case=case, category=StatusCategory.CANCELLED)
    again = make_case(alice)
    change_status(actor=Actor(user=ada), case=again, status=status("resolved"))
    with pytest.raises(ValidationError, match="used up"):
        make_case(alice)
