"""The main job, end to end: a customer asks, staff answer, the customer reads the answer and goes on."""

import re
from pathlib import Path

import pytest
import typst
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, sign_in_by_form
from tests.knowledgebase.factories import make_article

pytestmark = pytest.mark.browser

SUBJECT = "Freezer logger reads 4 degrees too warm"


@pytest.fixture
def pdfs(tmp_path: Path) -> dict[str, Path]:
    """Two real PDF files."""
    paths = {name: tmp_path / name for name in ("readings.pdf", "certificate.pdf")}
    for name, path in paths.items():
        path.write_bytes(typst.compile(f"= {name}\n#lorem(300)".encode()))
    return paths


def test_alice_asks_ada_answers_and_alice_reads_the_answer(
    open_browser, with_password, run_jobs, alice, ada, pdfs
):
    make_article("Place loggers in a freezer", "Put the logger on the **middle shelf** of the freezer.")
    with_password(alice)
    with_password(ada)

    page = open_browser()
    page.goto("/")
    sign_in_by_form(page, alice.email)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello Alice")
    find_the_article(page)
    page.get_by_role("link", name="Open a case").click()
    open_a_case(page, pdfs["readings.pdf"])

    desk = open_browser()
    desk.goto("/admin/desk/")
    sign_in_by_form(desk, ada.email)
    desk.locator(".desk-rows tbody").get_by_role("link").first.click()
    answer_in_the_administration(desk, pdfs)
    run_jobs()

    page.reload()
    read_the_answer(page, pdfs)

    phone = open_browser(viewport=PHONE, has_touch=True, is_mobile=True)
    follow_the_mail(phone, to=alice.email, case_address=page.url)
    sign_in_by_form(phone, alice.email)
    expect(phone).to_have_url(page.url)
    reply(phone, "It is 0.4 degrees.")
    expect(phone.locator("[data-status=waiting]")).to_have_count(0)


def find_the_article(page: Page) -> None:
    page.get_by_role("banner").get_by_role("searchbox").fill("freezer")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Place loggers in a freezer").click()
    expect(page.get_by_text("middle shelf")).to_be_visible()


def open_a_case(page: Page, file: Path) -> None:
    page.get_by_label("Subject").fill(SUBJECT)
    page.get_by_label("What do you need?").select_option("Problem")
    page.get_by_label("Description").fill("Since Monday. The readings are attached.")
    page.get_by_label("Attachments").set_input_files(file)
    expect(page.get_by_role("button", name=f"Remove: {file.name}")).to_be_visible()
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"Case \S+ is open"))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)


def answer_in_the_administration(desk: Page, pdfs: dict[str, Path]) -> None:
    expect(desk.get_by_role("heading", name=SUBJECT).first).to_be_visible()
    assert download(desk, "readings.pdf") == pdfs["readings.pdf"].read_bytes()
    text = "Please compare it with the certificate and tell us the **offset**."
    desk.get_by_label("Message", exact=True).fill(text)
    desk.locator("input[name=uploads]").set_input_files(pdfs["certificate.pdf"])
    desk.get_by_text("On sending").click()
    desk.get_by_label("Set status to").select_option(value="waiting")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text("Reply sent.")).to_be_visible()


def read_the_answer(page: Page, pdfs: dict[str, Path]) -> None:
    answer = page.get_by_role("article").last
    expect(answer).to_contain_text("tell us the offset")
    expect(answer).to_contain_text("Ada Byrne")
    expect(page.locator("[data-status=waiting]")).to_be_visible()
    for name, file in pdfs.items():
        assert download(page, name) == file.read_bytes()


def follow_the_mail(phone: Page, *, to: str, case_address: str) -> None:
    """Open the latest mail to this address and follow its link, on a device that does not know the person."""
    phone.goto("/mailbox/")
    phone.get_by_role("main").get_by_role("listitem").filter(has_text=to).first.get_by_role("link").tap()
    expect(phone.get_by_text("Sent", exact=True)).to_be_visible()
    expect(phone.get_by_text("Please compare it with the certificate")).to_be_visible()
    phone.get_by_role("link", name=case_address).tap()
    expect(phone).to_have_url(re.compile("/accounts/login/"))


def reply(page: Page, text: str) -> None:
    page.get_by_label("Your reply").fill(text)
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("status").filter(has_text="Your reply has been sent.")).to_be_visible()
    expect(page.get_by_role("article").last).to_contain_text(text)


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("link", name=name).click()
    return Path(started.value.path()).read_bytes()
