"""Customers read what they have bought, what is left of it, and what was taken for which case."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actors import Actor
from accounts.models import RecordPermission, WebRole
from cases.actions import correct_statement, enter_time
from cases.display.statement import summary_of
from cases.models import Case, Deduction, Entitlement
from tests.cases.factories import make_case, make_entitlement

ALL = "/cases/entitlements/"


def statement(browser, entitlement, **query):
    return browser.get(entitlement.get_absolute_url(), query)


def summary(entitlement, today=None):
    return summary_of(
        Entitlement.objects.with_consumption().get(pk=entitlement.pk), today or timezone.localdate()
    )


@pytest.mark.parametrize("role", ["Portal User Manager", "Portal Finance User", "Portal IT User"])
def test_who_looks_after_people_money_or_cases_reads_the_contracts(db, role):
    granted = RecordPermission.objects.get(role=WebRole.objects.get(name=role), record_type="entitlement")
    assert (granted.scope, granted.can_read, granted.can_write) == ("account", True, False)


def test_a_plain_contact_does_not_see_contracts_nor_links_to_them(sign_in, alice):
    entitlement = make_entitlement(alice.account)
    case = make_case(alice)
    browser = sign_in(alice)
    assert browser.get(ALL).status_code == 403
    assert statement(browser, entitlement).status_code == 404
    assert browser.get(reverse("cases:entitlement_csv", args=[entitlement.pk])).status_code == 404
    assert ALL not in browser.get("/cases/").text
    assert entitlement.name not in browser.get(case.get_absolute_url()).text


def test_the_case_page_and_the_list_lead_to_the_contract(sign_in, ivan):
    entitlement = make_entitlement(ivan.account)
    browser = sign_in(ivan)
    assert f'href="{entitlement.get_absolute_url()}"' in browser.get(make_case(ivan).get_absolute_url()).text
    assert f'href="{ALL}"' in browser.get("/cases/").text


def test_another_account_sees_nothing_of_a_contract(sign_in, alice, globex, charlie):
    charlie.roles.add(WebRole.objects.get(name="Portal Finance User"))
    entitlement, own = (
        make_entitlement(alice.account, name="Premium of Acme"),
        make_entitlement(globex, name="Premium of Globex"),
    )
    browser = sign_in(charlie)
    assert own.name in browser.get(ALL).text
    assert entitlement.name not in browser.get(ALL).text
    assert statement(browser, entitlement).status_code == 404


def test_contracts_that_are_over_are_folded_away(sign_in, fiona, acme):
    make_entitlement(acme, name="This year")
    make_entitlement(acme, name="Long ago", valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 31))
    make_entitlement(acme, name="Withdrawn", is_active=False)
    page = sign_in(fiona).get(ALL)
    assert [contract.name for contract in page.context["current"]] == ["This year"]
    assert {contract.name for contract in page.context["past"]} == {"Long ago", "Withdrawn"}


def test_an_account_without_a_contract_is_told_so(sign_in, fiona):
    assert "No active support contract" in sign_in(fiona).get(ALL).text


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_costs_the_same_for_one_contract_and_for_many(
    sign_in, fiona, acme, django_assert_max_num_queries, rows
):
    for n in range(rows):
        make_entitlement(acme, name=f"Contract {n}")
    browser = sign_in(fiona)
    browser.get(ALL)
    with django_assert_max_num_queries(6):
        browser.get(ALL)


def test_each_line_says_what_was_left_after_it(sign_in, ivan):
    entitlement = make_entitlement(ivan.account, amount=3)
    cases = [make_case(ivan, f"Case {n}") for n in range(2)]
    lines = statement(sign_in(ivan), entitlement).context["lines"]
    assert [(line.number, line.balance) for line in lines] == [(cases[1].number, 1), (cases[0].number, 2)]


def test_a_correction_is_a_line_of_its_own_with_its_reason(sign_in, ivan, ada):
    entitlement = make_entitlement(ivan.account, amount=3)
    make_case(ivan)
    correct_statement(
        actor=Actor(user=ada), deduction=Deduction.objects.get(), amount=Decimal(-1), note="Our mistake"
    )
    page = statement(sign_in(ivan), entitlement)
    assert [(line.words, line.balance_words) for line in page.context["lines"]] == [("1", "3"), ("−1", "2")]
    assert "Our mistake" in page.text


def test_what_is_used_up_stands_out_in_the_statement(sign_in, ivan):
    entitlement = make_entitlement(ivan.account, amount=1)
    make_case(ivan)
    make_case(ivan)
    page = statement(sign_in(ivan), entitlement)
    assert [(line.balance_words, line.is_used_up) for line in page.context["lines"]] == [
        ("−1", True),
        ("0", True),
    ]
    assert page.text.count("is-used-up") == 2


@pytest.mark.parametrize(
    ("fields", "used_up", "counted"),
    [
        ({"limit": "restrict"}, "No more cases", "When it is opened"),
        ({"limit": "overdraw", "consumed_on": "resolving"}, "It can be overdrawn", "When it is resolved"),
        ({"unit": "hours"}, "It can be overdrawn", ""),
    ],
)
def test_the_terms_of_a_contract_are_said_in_plain_words(alice, fields, used_up, counted):
    told = summary(make_entitlement(alice.account, **fields))
    assert (told.when_used_up, told.counted_when) == (used_up, counted)


def test_the_way_back_leads_to_the_cases(sign_in, ivan):
    page = statement(sign_in(ivan), make_entitlement(ivan.account))
    assert [label for label, _url in page.context["crumbs"]] == ["Cases", "Support contracts", "Premium"]


def test_of_a_case_that_the_reader_may_not_see_there_is_the_number_alone(sign_in, fiona, ivan, ada):
    """Fiona looks after the money, not after the cases."""
    entitlement = make_entitlement(ivan.account, unit="hours")
    case = make_case(ivan, "Secret freezer")
    enter_time(actor=Actor(user=ada), case=case, agent=ada, minutes=90, note="Found the leak")
    page = statement(sign_in(fiona), entitlement)
    assert f'{case.number} <span class="text-muted">a colleague’s case</span>' in page.text
    for hidden in (case.subject, case.get_absolute_url(), "Found the leak"):
        assert hidden not in page.text
        assert hidden.encode() not in b"".join(
            sign_in(fiona).get(reverse("cases:entitlement_csv", args=[entitlement.pk])).streaming_content
        )
    seen = statement(sign_in(ivan), entitlement).text
    assert case.get_absolute_url() in seen
    assert "Found the leak" in seen


def test_pages_of_a_statement_go_on_with_the_balance(sign_in, ivan):
    entitlement = make_entitlement(ivan.account, amount=100)
    for n in range(30):
        make_case(ivan, f"Case {n}")
    browser = sign_in(ivan)
    first = statement(browser, entitlement)
    second = browser.get(entitlement.get_absolute_url() + first.context["page"].older_url)
    balances = [line.balance for line in (*first.context["lines"], *second.context["lines"])]
    assert balances == list(range(70, 100))


@pytest.mark.parametrize("rows", [1, 25])
def test_a_statement_costs_the_same_for_one_line_and_for_many(
    sign_in, ivan, django_assert_max_num_queries, rows
):
    entitlement = make_entitlement(ivan.account, amount=100)
    for n in range(rows):
        make_case(ivan, f"Case {n}")
    browser = sign_in(ivan)
    statement(browser, entitlement)
    with django_assert_max_num_queries(7):
        statement(browser, entitlement)


def test_the_statement_as_a_file_has_numbers_that_can_be_added(sign_in, ivan):
    entitlement = make_entitlement(ivan.account, amount=3)
    case = make_case(ivan, "=1+1")
    text = b"".join(
        sign_in(ivan).get(reverse("cases:entitlement_csv", args=[entitlement.pk])).streaming_content
    ).decode("utf-8-sig")
    assert text.splitlines()[1].endswith(f"{case.number},'=1+1,,-1.00,2.00")


def test_numbers_and_days_are_written_as_in_the_readers_language(alice):
    entitlement = make_entitlement(
        alice.account, unit="hours", amount=Decimal("7.5"), valid_from=date(2026, 1, 1)
    )
    with translation.override("de"):
        told = summary(entitlement)
    assert "7,5" in told.left
    assert "1. Januar 2026" in told.validity


def test_the_forecast_says_when_it_runs_out_at_this_pace(alice):
    """Four of ten in the first hundred days: six more in a hundred and fifty."""
    begins = date(2026, 1, 1)
    entitlement = make_entitlement(alice.account, valid_from=begins, valid_until=date(2026, 12, 31))
    for n in range(4):
        make_case(alice, f"Case {n}")
    Deduction.objects.all().delete()
    for case in Case.objects.all():
        Deduction.objects.create(entitlement=entitlement, case=case, amount=1)
    told = summary(entitlement, begins + timedelta(days=99))
    assert told.forecast == "At this rate, it runs out around September 7."
    assert (told.left, told.used, told.used_percent) == ("6 cases left", "4 of 10 cases used", 40)


@pytest.mark.parametrize(
    ("spent", "limit", "words", "tone"),
    [
        (0, "restrict", "Nothing has been used yet.", ""),
        (1, "restrict", "At this rate, it lasts until the end.", ""),
        (2, "restrict", "Used up. No more cases can be opened.", "danger"),
        (2, "overdraw", "Used up. It can be overdrawn.", "danger"),
    ],
)
def test_the_forecast_in_other_states(alice, spent, limit, words, tone):
    entitlement = make_entitlement(
        alice.account, amount=2, limit=limit, valid_from=date(2026, 1, 1), valid_until=date(2026, 3, 31)
    )
    case = make_case(alice)
    Deduction.objects.all().delete()
    if spent:
        Deduction.objects.create(entitlement=entitlement, case=case, amount=spent)
    told = summary(entitlement, date(2026, 3, 20))
    assert (told.forecast, told.tone) == (words, tone)


def test_what_is_overdrawn_is_said_without_a_minus(alice):
    entitlement = make_entitlement(alice.account, amount=1)
    for n in range(3):
        make_case(alice, f"Case {n}")
    told = summary(entitlement)
    assert (told.left, told.used_percent) == ("2 cases overdrawn", 100)
