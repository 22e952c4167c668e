"""Another account's people: what they may not see is not there, even for those who know its address."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.cases.factories import make_case, pdf_upload
from tests.factories import make_contact
from tests.invoices.factories import make_invoice

pytestmark = pytest.mark.browser


@pytest.fixture
def acmes(alice, fiona):
    """A case with a file, and an invoice, of Acme."""
    return make_case(alice, "Zebra freezer alarm", uploads=[pdf_upload()]), make_invoice(
        fiona.account, purchase_order="Zebra 77"
    )


@pytest.fixture
def addresses(acmes):
    case, invoice = acmes
    attachment = case.messages.get().attachments.get()
    pages = [case.get_absolute_url(), invoice.get_absolute_url()]
    files = [attachment.get_absolute_url(), reverse("invoices:pdf", args=[invoice.number])]
    return pages + files


@pytest.mark.parametrize(
    "role",
    [(), ("Portal Finance User", "Portal IT User", "Portal User Manager")],
    ids=["plain", "every role"],
)
def test_a_stranger_who_knows_the_addresses_gets_the_page_not_found(open_browser, globex, addresses, role):
    page = open_browser(make_contact("Charlie", globex, *role))
    for address in addresses:
        answer = page.goto(address)
        assert answer.status == 404, address
        expect(page.get_by_role("heading", level=1)).to_have_text("We cannot find that page")
        assert "Zebra" not in page.content()
    page.get_by_role("link", name="Go to the home page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello Charlie")


def test_the_owners_open_the_same_addresses(open_browser, alice, fiona, addresses):
    case, invoice, attachment, pdf = addresses
    for person, page_address, file_address in ((alice, case, attachment), (fiona, invoice, pdf)):
        page = open_browser(person)
        assert page.goto(page_address).status == 200
        assert page.request.get(file_address).body().startswith(b"%PDF")


def test_a_stranger_sees_nothing_of_another_account_in_lists_and_search(open_browser, globex, acmes):
    case, invoice = acmes
    page = open_browser(make_contact("Charlie", globex, "Portal Finance User", "Portal IT User"))
    own = make_case(make_contact("Dora", globex), "Zebra question of our own")
    searches = [f"/search/?q={words}" for words in ("Zebra", case.number, invoice.number)]
    for address in (
        "/",
        "/cases/?view=all",
        "/cases/?q=Zebra",
        "/invoices/",
        "/knowledgebase/",
        "/forums/",
        *searches,
    ):
        assert page.goto(address).status == 200
        assert case.subject not in page.content(), address
        assert case.get_absolute_url() not in page.content(), address
        assert invoice.get_absolute_url() not in page.content(), address
        if address in ("/", "/cases/?q=Zebra", "/search/?q=Zebra"):
            expect(page.get_by_role("link", name=own.subject).first).to_be_visible()
