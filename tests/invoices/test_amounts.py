from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from invoices.models import Invoice
from invoices.totals import line_net, taxes_of, totals_of, validate_currency
from tests.invoices.factories import make_draft, make_invoice, make_line


def line(net, rate):
    return SimpleNamespace(net=Decimal(net), tax_rate=Decimal(rate))


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "net"),
    [
        ("1", "0.005", "USD", "0.01"),
        ("3", "0.335", "EUR", "1.01"),
        ("2.5", "1.01", "EUR", "2.53"),
        ("1", "99.50", "JPY", "100"),
        ("1", "-0.005", "USD", "-0.01"),
    ],
)
def test_a_line_is_rounded_half_up_to_the_minor_unit(quantity, price, currency, net):
    assert line_net(Decimal(quantity), Decimal(price), currency) == Decimal(net)


def test_tax_is_taken_on_the_sum_of_a_rate_not_on_each_line():
    lines = [line("0.03", "19")] * 3
    assert [tax.amount for tax in taxes_of(lines, "EUR")] == [Decimal("0.02")]


def test_rates_are_summed_apart_and_listed_from_the_lowest():
    taxes = taxes_of([line("100", "19"), line("10", "7.00"), line("50", "19.00")], "EUR")
    assert [(tax.rate, tax.net, tax.amount) for tax in taxes] == [
        (7, 10, Decimal("0.70")),
        (19, 150, Decimal("28.50")),
    ]


amounts = st.decimals(min_value="-1000000", max_value="1000000", places=2)
rates = st.sampled_from(["0", "7", "8.25", "19"])


@given(st.lists(st.builds(line, amounts, rates)))
def test_totals_are_the_sums_of_what_is_printed(lines):
    totals, taxes = totals_of(lines, "EUR"), taxes_of(lines, "EUR")
    assert totals.net == sum((line.net for line in lines), Decimal(0))
    assert totals.total == totals.net + sum((tax.amount for tax in taxes), Decimal(0))


@pytest.mark.parametrize("code", ["US", "XYZ1", "", "KWD", "ZZZ"])
def test_an_unknown_currency_or_one_with_three_digits_is_refused(code):
    with pytest.raises(ValidationError):
        validate_currency(code)


def test_a_draft_is_added_up_from_its_lines(acme):
    invoice = make_draft(acme, "10.10", "0.05", tax_rate="8.25")
    assert (invoice.net_total, invoice.tax_total, invoice.total) == (
        Decimal("10.15"),
        Decimal("0.84"),
        Decimal("10.99"),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"total": 1},
        {"amount_paid": 101},
        {"amount_paid": -1},
        {"status": "paid"},
        {"due_on": "2001-01-01"},
        {"number": None},
        {"number": "a/b"},
    ],
)
def test_the_database_refuses_an_invoice_that_does_not_add_up(acme, change):
    invoice = make_invoice(acme, "100.00")
    with pytest.raises(IntegrityError):
        Invoice.objects.filter(pk=invoice.pk).update(**change)


@pytest.mark.parametrize("fields", [{"quantity": 0}, {"tax_rate": -1}, {"tax_rate": 101}, {"position": 1}])
def test_the_database_refuses_an_impossible_line(acme, fields):
    invoice = make_draft(acme)
    with pytest.raises(IntegrityError):
        make_line(invoice, **fields)
