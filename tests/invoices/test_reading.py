import pytest
from django.urls import reverse

from accounts.actors import SYSTEM
from invoices.actions import issue_invoice, record_payment, void_invoice
from tests.factories import grant, make_contact
from tests.invoices.factories import make_draft, make_invoice, make_line, make_overdue

LIST = reverse("invoices:list")
PAGES = ("invoices:detail", "invoices:pdf")


def test_finance_sees_the_invoices_of_the_account_only(fiona, acme, globex, sign_in):
    own, other = make_invoice(acme), make_invoice(globex)
    page = sign_in(fiona).get(LIST).text
    assert own.number in page
    assert other.number not in page


@pytest.mark.parametrize("page", PAGES)
def test_finance_opens_an_invoice_of_the_account(fiona, acme, sign_in, page):
    assert sign_in(fiona).get(reverse(page, args=[make_invoice(acme).number])).status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", ["alice", "bob", "charlie", "globex_finance", "ada"])
def test_others_get_404_for_an_invoice_by_address(person, acme, globex, sign_in, page, request):
    stranger = (
        make_contact("Greta", globex, "Portal Finance User")
        if person == "globex_finance"
        else request.getfixturevalue(person)
    )
    assert sign_in(stranger).get(reverse(page, args=[make_invoice(acme).number])).status_code == 404


@pytest.mark.parametrize("person", ["alice", "bob", "charlie", "ada"])
def test_people_without_the_grant_are_refused_the_list(person, sign_in, request):
    assert sign_in(request.getfixturevalue(person)).get(LIST).status_code == 403


@pytest.mark.parametrize("url", [LIST, *(reverse(page, args=["T-1"]) for page in PAGES)])
def test_a_visitor_is_sent_to_sign_in(url, visitor):
    response = visitor.get(url)
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_draft(fiona, acme, sign_in, page):
    draft = make_draft(acme, number="T-DRAFT")
    browser = sign_in(fiona)
    assert browser.get(reverse(page, args=[draft.number])).status_code == 404
    assert draft.number not in browser.get(LIST).text


@pytest.mark.parametrize("url", [LIST, *(reverse(page, args=["T-1"]) for page in PAGES)])
def test_nothing_is_posted_to_invoices(fiona, sign_in, url):
    assert sign_in(fiona).post(url).status_code == 405


def test_a_role_that_is_taken_away_closes_the_invoice_at_once(fiona, acme, sign_in):
    browser, url = sign_in(fiona), make_invoice(acme).get_absolute_url()
    assert browser.get(url).status_code == 200
    fiona.roles.clear()
    assert browser.get(url).status_code == 404


def test_a_global_grant_shows_every_accounts_invoices(alice, globex, sign_in):
    grant(alice, "invoice", "global", "read")
    assert sign_in(alice).get(make_invoice(globex).get_absolute_url()).status_code == 200


def test_the_page_shows_lines_taxes_payments_and_what_is_left(fiona, acme, sign_in):
    invoice = make_draft(
        acme,
        "200.00",
        tax_rate="8.25",
        number="T-PAGE",
        purchase_order="PO-44120",
        notes="Thanks <b>a lot</b>",
    )
    make_line(
        invoice,
        description="Probe",
        sku="FTH-5",
        unit="piece",
        quantity="2.5",
        unit_price="0.0125",
        tax_rate="0",
    )
    issue_invoice(actor=SYSTEM, invoice=invoice, notify=False)
    record_payment(actor=SYSTEM, invoice=invoice, amount=invoice.total - 50, reference="TRX-9")
    page = sign_in(fiona).get(invoice.get_absolute_url()).text
    for text in (
        "Probe",
        "FTH-5",
        "2.5 piece",
        "$0.0125",
        "8.25%",
        "$16.50",
        "$216.53",
        "$50.00",
        "TRX-9",
        "PO-44120",
        "Partly paid",
    ):
        assert text in page
    assert "Thanks &lt;b&gt;a lot&lt;/b&gt;" in page


def test_an_overdue_invoice_says_so(fiona, acme, sign_in):
    page = sign_in(fiona).get(make_overdue(acme).get_absolute_url()).text
    assert "Payment was due on" in page


def test_a_void_invoice_asks_for_nothing(fiona, acme, sign_in):
    invoice = make_invoice(acme)
    void_invoice(actor=SYSTEM, invoice=invoice)
    page = sign_in(fiona).get(invoice.get_absolute_url()).text
    assert "There is nothing to pay" in page
    assert "How to pay" not in page


@pytest.mark.parametrize("lines", [1, 50])
def test_the_page_costs_the_same_for_one_line_and_for_fifty(
    fiona, acme, sign_in, lines, django_assert_max_num_queries
):
    invoice = make_invoice(acme, *["1.00"] * lines)
    browser = sign_in(fiona)
    browser.get(invoice.get_absolute_url())
    with django_assert_max_num_queries(8):
        browser.get(invoice.get_absolute_url())
