from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from invoices.models import Invoice, InvoiceSettings, Payment
from tests.factories import make_user
from tests.invoices.factories import make_draft, make_invoice
from tests.invoices.test_pdf import picture

LIST = reverse("admin:invoices_invoice_changelist")


@pytest.fixture
def office(ada, sign_in):
    return sign_in(ada)


def url(name, invoice):
    return reverse(f"admin:invoices_invoice_{name}", args=[invoice.pk])


def draft_form(account, *prices, **fields):
    today = timezone.localdate().isoformat()
    data = {
        "account": account.pk,
        "currency": "eur",
        "issued_on": today,
        "due_on": today,
        "lines-TOTAL_FORMS": len(prices),
        "lines-INITIAL_FORMS": 0,
        "payments-TOTAL_FORMS": 0,
        "payments-INITIAL_FORMS": 0,
    }
    for index, price in enumerate(prices):
        line = {
            "position": index + 1,
            "description": "Probe",
            "quantity": "2",
            "unit_price": price,
            "tax_rate": "19",
        }
        data |= {f"lines-{index}-{name}": value for name, value in line.items()}
    return data | fields


def payment_form(invoice, **fields):
    today = timezone.localdate().isoformat()
    return {
        "amount": "40.00",
        "received_on": today,
        "method": "card",
        "expected_balance": str(invoice.balance),
    } | fields


def test_ada_writes_a_draft_and_it_is_added_up(office, acme):
    response = office.post(reverse("admin:invoices_invoice_add"), draft_form(acme, "10.00", "5.55"))
    assert response.status_code == 302
    invoice = Invoice.objects.get()
    assert (invoice.status, invoice.number, invoice.currency) == ("draft", None, "EUR")
    assert (invoice.net_total, invoice.tax_total, invoice.total) == (
        Decimal("31.10"),
        Decimal("5.91"),
        Decimal("37.01"),
    )


def test_ada_saves_and_issues_in_one_step(office, acme, ada):
    office.post(reverse("admin:invoices_invoice_add"), draft_form(acme, "10.00", _issue="Save and issue"))
    assert Invoice.objects.get().status == "open"
    assert Activity.objects.get(verb="invoice.issued").actor == ada


def test_a_draft_that_cannot_be_issued_is_kept_and_says_why(office, acme):
    response = office.post(
        reverse("admin:invoices_invoice_add"), draft_form(acme, "-1.00", _issue="Save and issue"), follow=True
    )
    assert "total cannot be less than zero" in response.text
    assert Invoice.objects.get().is_draft


@pytest.mark.parametrize("price", ["9999999999", "0.00001", "x", ""])
def test_a_line_that_does_not_fit_is_refused(office, acme, price):
    response = office.post(reverse("admin:invoices_invoice_add"), draft_form(acme, price))
    assert response.status_code == 200
    assert not Invoice.objects.exists()


def test_a_contact_of_another_account_is_refused(office, acme, charlie):
    response = office.post(
        reverse("admin:invoices_invoice_add"), draft_form(acme, "1.00", contact=charlie.pk)
    )
    assert "belongs to another account" in response.text


def test_ada_issues_selected_drafts(office, acme):
    drafts = [make_draft(acme), make_draft(acme)]
    office.post(LIST, {"action": "issue_selected", "_selected_action": [draft.pk for draft in drafts]})
    assert sorted(Invoice.objects.open().values_list("number", flat=True)) == ["INV-10001", "INV-10002"]


def test_an_issued_invoice_is_neither_changed_nor_deleted(office, acme):
    invoice = make_invoice(acme)
    assert office.get(url("change", invoice)).status_code == 200
    assert office.post(url("change", invoice), draft_form(acme, "1.00")).status_code == 403
    assert office.post(url("delete", invoice), {"post": "yes"}).status_code == 403
    office.post(LIST, {"action": "delete_selected", "_selected_action": [invoice.pk], "post": "yes"})
    invoice.refresh_from_db()
    assert invoice.total == 100


def test_ada_records_a_payment(office, acme):
    invoice = make_invoice(acme, "100.00")
    assert 'value="100.00"' in office.get(url("payment", invoice)).text
    response = office.post(url("payment", invoice), payment_form(invoice))
    assert response.status_code == 302
    assert (Payment.objects.get().amount, Payment.objects.get().method) == (40, "card")


def test_a_second_click_records_nothing_and_shows_the_new_balance(office, acme):
    invoice = make_invoice(acme, "100.00")
    office.post(url("payment", invoice), payment_form(invoice, reference="TRX-1"))
    response = office.post(url("payment", invoice), payment_form(invoice, reference="TRX-1"))
    assert "The balance has changed" in response.text
    assert 'name="expected_balance" value="60.00"' in response.text
    assert "TRX-1" in response.text
    assert Payment.objects.count() == 1


def test_a_payment_that_is_sent_twice_is_recorded_once_and_said_to_be(office, acme):
    invoice = make_invoice(acme, "100.00")
    page = office.get(url("payment", invoice))
    number = str(page.context["form"]["submission"].value())
    assert number in page.text
    for _ in range(2):
        answer = office.post(url("payment", invoice), payment_form(invoice, submission=number))
        assert answer.url == url("change", invoice)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("amount", ["0", "100.01", "", "NaN"])
def test_a_wrong_amount_is_refused_beside_the_form(office, acme, amount):
    invoice = make_invoice(acme, "100.00")
    response = office.post(url("payment", invoice), payment_form(invoice, amount=amount))
    assert response.status_code == 200
    assert "Nothing was changed" in response.text
    assert not Payment.objects.exists()


def test_ada_voids_an_invoice(office, acme):
    invoice = make_invoice(acme)
    assert office.get(url("void", invoice)).status_code == 200
    assert Invoice.objects.open().exists()
    office.post(url("void", invoice), {"reason": "Sent twice"})
    invoice.refresh_from_db()
    assert invoice.status == "void"
    assert Activity.objects.get(verb="invoice.voided").details == {"reason": "Sent twice"}


def test_ada_previews_a_draft_as_pdf(office, acme):
    assert office.get(url("pdf", make_draft(acme))).content.startswith(b"%PDF-")


@pytest.mark.parametrize("page", ["change", "payment", "void", "pdf"])
def test_staff_without_permission_and_customers_are_refused(page, acme, fiona, sign_in):
    invoice = make_invoice(acme)
    clerk = make_user("clerk@portal.example", is_staff=True)
    assert sign_in(clerk).get(url(page, invoice)).status_code == 403
    assert sign_in(fiona).get(url(page, invoice)).status_code in (302, 403)


@pytest.mark.parametrize("query", ["", "?q=T-", "?overdue=yes", "?status__exact=open"])
def test_the_list_is_searched_and_filtered(office, acme, query):
    make_invoice(acme)
    assert office.get(LIST + query).status_code == 200


def settings_form(**fields):
    return {"legal_name": "Harbor Lane", "number_prefix": "HL-", "next_number": "20001"} | fields


def test_ada_sets_seller_logo_and_numbers_and_removes_the_logo(office):
    start = office.get(reverse("admin:invoices_invoicesettings_changelist"))
    logo = SimpleUploadedFile("logo.png", picture("png"))
    office.post(start.url, settings_form(logo=logo))
    seller = InvoiceSettings.objects.get()
    assert (seller.legal_name, seller.number_prefix, bool(seller.logo)) == ("Harbor Lane", "HL-", True)
    assert office.get(start.url).status_code == 200
    office.post(start.url, settings_form(remove_logo="on"))
    assert not InvoiceSettings.objects.get().logo


@pytest.mark.parametrize(
    ("name", "content"), [("logo.png", b"not a picture"), ("logo.exe", b"MZ"), ("logo.svg", b"<svg")]
)
def test_a_logo_that_cannot_be_printed_is_refused(office, name, content):
    page = reverse("admin:invoices_invoicesettings_change", args=[InvoiceSettings.objects.stored().pk])
    response = office.post(page, settings_form(logo=SimpleUploadedFile(name, content)))
    assert response.status_code == 200
    assert not InvoiceSettings.objects.get().logo
