from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from invoices.actions import record_payment, void_invoice
from invoices.models import Invoice
from tests.invoices.factories import make_invoice, make_overdue

LIST = reverse("invoices:list")


@pytest.fixture
def finance(fiona, sign_in):
    return sign_in(fiona)


@pytest.fixture
def one_of_each(acme):
    invoices = {
        "open": make_invoice(acme),
        "overdue": make_overdue(acme),
        "paid": make_invoice(acme),
        "void": make_invoice(acme),
    }
    record_payment(actor=SYSTEM, invoice=invoices["paid"], amount=invoices["paid"].total)
    void_invoice(actor=SYSTEM, invoice=invoices["void"])
    return invoices


def shown(response):
    return [invoice.number for invoice in response.context["page"].rows]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("", {"open", "overdue", "paid", "void"}),
        ("open", {"open", "overdue"}),
        ("overdue", {"overdue"}),
        ("paid", {"paid"}),
        ("nonsense", {"open", "overdue", "paid", "void"}),
    ],
)
def test_finance_filters_by_status(finance, one_of_each, status, expected):
    assert set(shown(finance.get(LIST, {"view": status}))) == {one_of_each[name].number for name in expected}


@pytest.mark.parametrize("words", ["HL-20001", "hl-20001", "0001", "PO-44120", "4412", " 4412 "])
def test_finance_finds_an_invoice_by_part_of_its_number_or_purchase_order(finance, acme, words):
    make_invoice(acme, number="HL-20001", purchase_order="PO-44120")
    make_invoice(acme, number="HL-30002", purchase_order="PO-55000")
    assert shown(finance.get(LIST, {"q": words})) == ["HL-20001"]


@pytest.mark.parametrize(
    "query", ["?q=%00", "?view=%00", "?older=%00", "?older=2025-13-01_1", "?newer=x_x", "?q=%25"]
)
def test_a_strange_address_is_no_error(finance, one_of_each, query):
    assert finance.get(LIST + query).status_code == 200


def test_what_is_left_to_pay_is_summed_for_each_currency(finance, acme):
    for currency, amount in (("USD", "100.00"), ("USD", "23.45"), ("EUR", "7.00")):
        make_invoice(acme, amount, currency=currency)
    record_payment(
        actor=SYSTEM, invoice=acme.invoices.get(total=100), amount=acme.invoices.get(total=100).total - 40
    )
    assert finance.get(LIST).context["open_sums"] == ["€7.00", "$63.45"]


def test_no_sum_is_shown_for_a_part_of_the_list(finance, acme):
    for _ in range(26):
        make_invoice(acme)
    response = finance.get(LIST)
    assert response.context["page"].older_url
    assert response.context["open_sums"] == []


def test_finance_pages_to_the_oldest_and_back_though_many_were_issued_on_one_day(finance, acme):
    today = timezone.localdate()
    for number in range(60):
        make_invoice(acme, issued_on=today - timedelta(days=number // 40))
    expected = [invoice.number for invoice in acme.invoices.order_by("-issued_on", "-id")]
    first = finance.get(LIST + "?view=open")
    second = finance.get(LIST + first.context["page"].older_url)
    third = finance.get(LIST + second.context["page"].older_url)
    assert shown(first) + shown(second) + shown(third) == expected
    assert third.context["page"].older_url == ""
    assert shown(finance.get(LIST + third.context["page"].newer_url)) == shown(second)
    assert "view=open" in second.context["page"].newer_url


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda invoices: invoices, "invoices_invoice_account"),
        (lambda invoices: invoices.open(), "invoices_invoice_status"),
        (lambda invoices: invoices.paid(), "invoices_invoice_status"),
    ],
)
def test_an_index_has_the_order_of_the_list(fiona, acme, globex, rows, index):
    owners = [acme, *[globex] * 9]
    statuses = ["open", "paid", "void"]
    Invoice.objects.bulk_create(
        Invoice(account=owners[n % 10], number=f"B-{n}", status=statuses[n % 3]) for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE invoices_invoice")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows(Invoice.objects.visible_to(fiona)).order_by("-issued_on", "-pk")[:26].explain()
    assert f"using {index}" in plan
    assert "Sort" not in plan


def test_an_empty_list_says_what_will_be_there(finance):
    assert "No invoices yet" in finance.get(LIST).text


def test_a_search_without_result_offers_all_invoices(finance, one_of_each):
    page = finance.get(LIST, {"q": "nothing-like-it"}).text
    assert "No matching invoices" in page
    assert f'href="{LIST}"' in page


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_for_one_row_and_for_fifty(
    finance, acme, rows, django_assert_max_num_queries
):
    for _ in range(rows):
        make_invoice(acme)
    finance.get(LIST)
    with django_assert_max_num_queries(5):
        finance.get(LIST)
