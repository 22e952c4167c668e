"""A finance contact reads an invoice and takes its PDF away."""

from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import sign_in_by_form
from tests.invoices.factories import make_invoice

pytestmark = pytest.mark.browser


def test_fiona_opens_an_invoice_and_its_pdf(open_browser, with_password, fiona):
    invoice = make_invoice(fiona.account, *(f"{amount}.50" for amount in range(100, 160)), tax_rate="20")
    with_password(fiona)
    page = open_browser()
    page.goto("/invoices/")
    sign_in_by_form(page, fiona.email)
    page.get_by_role("link", name=invoice.number).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Invoice {invoice.number}")
    expect(page.locator(".sums-total").first).to_contain_text("9,360.00")

    link = page.get_by_role("link", name="Open PDF")
    answer = page.request.get(link.get_attribute("href"))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(answer.body())).pages]
    assert len(sheets) > 1
    assert invoice.number in sheets[0]
    assert "9,360.00" in sheets[-1]


def test_the_button_brings_the_pdf(open_browser, fiona):
    invoice = make_invoice(fiona.account)
    page = open_browser(fiona)
    page.goto(invoice.get_absolute_url())
    with page.context.expect_event("response", lambda response: response.url.endswith("/pdf/")) as came:
        page.get_by_role("link", name="Open PDF").click()
    assert (came.value.status, came.value.headers["content-type"]) == (200, "application/pdf")
