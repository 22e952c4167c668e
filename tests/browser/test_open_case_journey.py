"""Opening a case with scripts: answers in place, questions of the type, a draft that survives, files with
progress."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from cases.models import Case, Product, RequestField, RequestType, SuggestionReading
from records.models import Draft
from tests.browser.conftest import check_page, sign_in_by_form
from tests.cases.factories import make_entitlement
from tests.knowledgebase.factories import make_article

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(acme, bob):
    make_entitlement(acme, amount=8)
    beacon = Product.objects.create(name="Beacon", slug="beacon")
    make_entitlement(acme, name="Gold", amount=3, product=beacon, priorities=["high", "urgent"])
    make_article("Replace a gateway", "Hold the **reset button** for ten seconds.")
    RequestField.objects.create(
        request_type=RequestType.objects.get(slug="problem"), label="Serial number", is_required=True
    )


def test_alice_reads_an_answer_in_place_leaves_comes_back_and_opens_the_case(
    open_browser, alice, bob, desk, tmp_path
):
    page = open_browser(alice)
    page.goto("/cases/new/")
    expect(page.get_by_text("This case uses 1 of 8 remaining cases of Premium.")).to_be_visible()
    read_an_answer(page)
    check_page(page)
    look_at_another_product(page)
    write_and_leave(page)
    expect(page.get_by_label("Subject")).to_have_value("Gateway blinks")
    expect(page.get_by_label("Serial number")).to_have_value("B-204")
    send_with_a_file(page, tmp_path)
    case = Case.objects.get()
    assert case.answers == [{"label": "Serial number", "value": "B-205"}]
    assert case.participants.get().contact == bob
    assert case.messages.get().attachments.get().name == "gateway.log"
    assert not Draft.objects.exists()


def test_a_session_that_ends_while_alice_types_loses_nothing(open_browser, with_password, alice):
    with_password(alice)
    page = open_browser(alice)
    page.goto("/cases/new/")
    page.get_by_label("Description").fill("Typed before.")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    Session.objects.all().delete()
    page.get_by_label("Subject").press_sequentially("Gateway")
    page.get_by_label("Description").fill("Typed afterwards.")
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_count(0)
    page.get_by_role("button", name="Open case").click()
    sign_in_by_form(page, alice.email)
    expect(page.get_by_text("Your draft has been restored")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Gateway")
    expect(page.get_by_label("Description")).to_have_value("Typed afterwards.")
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gateway")
    page.goto("/cases/new/")
    expect(page.get_by_label("Subject")).to_have_value("")


def test_an_answer_that_solves_it_opens_no_case_and_leaves_no_draft(open_browser, alice, desk):
    page = open_browser(alice)
    page.goto("/cases/new/")
    page.get_by_label("Subject").press_sequentially("Gateway")
    page.get_by_role("link", name="Replace a gateway").click()
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_text("No case was opened.")).to_be_visible()
    page.goto("/cases/new/")
    expect(page.get_by_label("Subject")).to_have_value("")
    assert SuggestionReading.objects.count() == 1
    assert not Case.objects.exists()


def read_an_answer(page: Page) -> None:
    page.get_by_label("Subject").press_sequentially("Gateway blinks")
    region = page.get_by_role("region", name="Answers that may help")
    expect(page.get_by_text("1 answer may help.")).to_be_attached()
    page.keyboard.press("Escape")
    expect(region).to_be_hidden()
    expect(page.get_by_label("Subject")).to_be_focused()
    page.keyboard.press("Backspace")
    page.keyboard.type("s")
    link = region.get_by_role("link", name="Replace a gateway")
    link.click()
    dialog = page.get_by_role("dialog", name="Replace a gateway")
    expect(dialog.get_by_text("reset button")).to_be_visible()
    expect(dialog.get_by_role("button", name="This solved it")).to_be_visible()
    dialog.get_by_role("button", name="I still need help").click()
    expect(link).to_be_focused()
    expect(page.get_by_label("Subject")).to_have_value("Gateway blinks")
    assert SuggestionReading.objects.count() == 1


def look_at_another_product(page: Page) -> None:
    page.get_by_label("Product").select_option("Beacon")
    expect(page.get_by_text("This case uses 1 of 3 remaining cases of Gold.")).to_be_visible()
    expect(page.get_by_label("Priority")).to_have_value("high")
    page.get_by_label("Product").select_option("No product")
    expect(page.get_by_text("This case uses 1 of 8 remaining cases of Premium.")).to_be_visible()
    expect(page.get_by_label("Priority")).to_have_value("high")


def write_and_leave(page: Page) -> None:
    page.get_by_label("What do you need?").select_option("Problem")
    page.get_by_label("Serial number").fill("B-204")
    page.get_by_label("What do you need?").select_option("Question")
    expect(page.get_by_label("Serial number")).to_have_count(0)
    page.get_by_label("What do you need?").select_option("Problem")
    expect(page.get_by_label("Serial number")).to_have_value("B-204")
    page.get_by_label("Description").fill("Since **eight**.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview-box strong")).to_have_text("eight")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.goto("/")
    page.goto("/cases/new/")
    expect(page.get_by_text("Your draft has been restored")).to_be_visible()


def send_with_a_file(page: Page, tmp_path) -> None:
    log = tmp_path / "gateway.log"
    log.write_text("08:00 offline\n")
    page.get_by_label("Attachments").set_input_files(log)
    page.get_by_text("Keep colleagues in the loop").click()
    page.get_by_label("Bob Tester").check()
    page.get_by_label("Serial number").fill("")
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("button", name="Remove: gateway.log")).to_be_visible()
    page.get_by_label("Serial number").fill("B-205")
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gateway blinks")
    expect(page.get_by_role("status").filter(has_text="is open. We will reply")).to_be_visible()
    expect(page.get_by_role("link", name="gateway.log")).to_be_visible()
