from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from accounts.actors import SYSTEM
from invoices.actions import issue_invoice, record_payment, void_invoice
from invoices.models import Invoice, InvoiceSettings
from invoices.pdf import render_invoice
from tests.invoices.factories import make_draft, make_invoice, make_line

LITERALS = [
    '#eval("1")',
    '#read("/etc/passwd")',
    "$x$",
    "*bold* _soft_",
    "back\\slash",
    '"quoted"',
    "@ref <label>",
    "// gone",
    "= Heading",
    "[x](y) `z`",
]


def read(invoice):
    return PdfReader(BytesIO(render_invoice(invoice, InvoiceSettings.objects.stored())))


def text_of(invoice):
    return " ".join(" ".join(page.extract_text() for page in read(invoice).pages).split())


@pytest.fixture
def seller(db):
    seller = InvoiceSettings.objects.stored()
    seller.legal_name, seller.address, seller.iban = (
        "Harbor Lane Instruments GmbH",
        "Leuchtturmkai 27\n20457 Hamburg",
        "DE43 2009 9990",
    )
    seller.save()
    return seller


@pytest.fixture
def long_invoice(acme, seller):
    invoice = make_draft(acme, number="T-LONG", purchase_order="PO-44120")
    for number in range(2, 61):
        make_line(
            invoice,
            sku=f"SKU-{number}",
            description=f"Article number {number}",
            quantity="3",
            unit_price="9.99",
            tax_rate="8.25",
        )
    issue_invoice(actor=SYSTEM, invoice=invoice, notify=False)
    return invoice


def test_sixty_lines_go_over_several_pages_and_none_is_lost(long_invoice):
    pages = [" ".join(page.extract_text().split()) for page in read(long_invoice).pages]
    assert len(pages) == 4
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 4" in page
    assert all("Description" in page for page in pages[:-1])  # the last has the sums
    whole = " ".join(pages)
    assert "T-LONG" in whole
    for number in range(2, 61):
        assert f"Article number {number} " in whole
        assert f"SKU-{number} " in whole


def test_the_sums_are_printed(long_invoice):
    text = text_of(long_invoice)
    for amount in ("$29.97", "$1,868.23", "Tax 8.25% on $1,768.23", "$145.88", "$2,014.11", "Balance due"):
        assert amount in text


def test_seller_customer_and_how_to_pay_are_printed(long_invoice):
    text = text_of(long_invoice)
    for words in (
        "Harbor Lane Instruments GmbH",
        "Leuchtturmkai 27",
        "Acme Foods",
        "PO-44120",
        "DE43 2009 9990",
        "Please pay $2,014.11 by",
    ):
        assert words in text


@pytest.mark.parametrize("text", LITERALS)
def test_what_people_wrote_comes_out_as_they_wrote_it(acme, text):
    invoice = make_draft(
        acme, number="T-TEXT", notes=f"Note {text}", purchase_order=text, bill_to_name=text, tax_note=text
    )
    make_line(invoice, description=f"Line {text}", sku=text, unit="")
    issue_invoice(actor=SYSTEM, invoice=invoice, notify=False)
    assert text_of(invoice).count(text) == 6


def test_an_endless_word_stays_within_its_column(acme):
    invoice = make_draft(acme, number="T-WORD")
    make_line(invoice, description="W" * 200)
    issue_invoice(actor=SYSTEM, invoice=invoice, notify=False)
    longest = max(text.count("W") for text in read(invoice).pages[0].extract_text().splitlines())
    assert longest < 60


def test_the_document_has_a_title_and_a_language(acme):
    reader = read(make_invoice(acme, number="T-META"))
    assert reader.metadata.title == "Invoice T-META"
    assert reader.trailer["/Root"]["/Lang"] == "en"


@pytest.mark.parametrize("mark", ["PAID", "VOID"])
def test_a_settled_or_void_invoice_is_marked(acme, mark):
    invoice = make_invoice(acme)
    assert mark not in text_of(invoice)
    if mark == "PAID":
        record_payment(
            actor=SYSTEM,
            invoice=invoice,
            amount=invoice.total,
            received_on=timezone.localdate() - timedelta(days=1),
        )
    else:
        void_invoice(actor=SYSTEM, invoice=invoice)
    text = text_of(invoice)
    assert mark in text
    assert "How to pay" not in text


def test_the_same_invoice_gives_the_same_bytes(long_invoice, seller):
    assert render_invoice(long_invoice, seller) == render_invoice(long_invoice, seller)


def test_a_long_invoice_asks_the_database_no_more_than_a_short_one(acme, long_invoice, seller):
    asked = []
    for pk in (make_invoice(acme).pk, long_invoice.pk):
        with CaptureQueriesContext(connection) as queries:
            render_invoice(Invoice.objects.get(pk=pk), seller)
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("extension", ["png", "jpg", "svg"])
def test_the_logo_is_printed(acme, seller, extension):
    seller.logo.save(f"logo.{extension}", ContentFile(picture(extension)))
    page = read(make_invoice(acme)).pages[0]
    assert page.images or "/XObject" in page["/Resources"] or extension == "svg"
    assert "Harbor Lane Instruments GmbH" in page.extract_text()


def test_an_invoice_is_printed_without_a_logo_whose_file_is_gone(fiona, acme, seller, sign_in, caplog):
    InvoiceSettings.objects.update(logo="aa/gone.png")
    response = sign_in(fiona).get(f"{make_invoice(acme).get_absolute_url()}pdf/")
    assert response.status_code == 200
    assert seller.legal_name in PdfReader(BytesIO(response.content)).pages[0].extract_text()
    assert "aa/gone.png" in caplog.text


def test_the_browser_shows_it_under_its_number_and_keeps_no_copy(fiona, acme, sign_in):
    invoice = make_invoice(acme, number="T-OPEN")
    response = sign_in(fiona).get(f"{invoice.get_absolute_url()}pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="T-OPEN.pdf"'
    assert response["Cache-Control"] == "private, no-store"
    assert response.content.startswith(b"%PDF-")


def picture(extension):
    if extension == "svg":
        return b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10"><rect width="40" height="10" fill="red"/></svg>'  # noqa: E501
    data = BytesIO()
    Image.new("RGB", (40, 10), "red").save(data, {"png": "PNG", "jpg": "JPEG"}[extension])
    return data.getvalue()
