"""The whole main job works where scripts are off."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, sign_in_by_form

pytestmark = pytest.mark.browser


@pytest.fixture
def plain_browser(open_browser):
    return lambda person=None, **options: open_browser(person, java_script_enabled=False, **options)


def test_alice_opens_a_case_and_replies_without_scripts(plain_browser, with_password, alice, tmp_path):
    log = tmp_path / "gateway.log"
    log.write_text("08:00 offline\n")
    with_password(alice)
    page = plain_browser()
    page.goto("/cases/new/")
    sign_in_by_form(page, alice.email)
    expect(page.get_by_label("Subject")).to_be_hidden()
    page.get_by_label("What is it about?").fill("Gateway")
    page.get_by_role("button", name="Find answers").click()
    page.get_by_role("link", name="Open a case", exact=True).click()
    expect(page.get_by_label("Subject")).to_have_value("Gateway")
    page.get_by_label("Subject").fill("")

    page.get_by_role("button", name="Open case").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Please check the following")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Subject").click()
    expect(page.get_by_label("Subject")).to_be_focused()

    page.get_by_label("Subject").fill("Gateway offline")
    page.get_by_label("Description").fill("Since 8.")
    page.get_by_label("Attachments").set_input_files(log)
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gateway offline")
    expect(page.get_by_role("link", name="gateway.log")).to_be_visible()

    page.get_by_label("Your reply").fill("It is back.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("article").last).to_contain_text("It is back.")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_menus_open_the_theme_changes_and_signing_out_works_without_scripts(plain_browser, alice, viewport):
    page = plain_browser(alice, viewport=viewport)
    page.goto("/")
    sheet = page.locator("html")
    expect(sheet).to_have_attribute("data-theme", "")
    light = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")

    person_menu = page.locator("summary[aria-label^='Menu of']")
    person_menu.click()
    page.get_by_role("button", name="Dark").click()
    expect(sheet).to_have_attribute("data-theme", "dark")
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") != light

    if viewport == PHONE:
        page.locator("summary[aria-label='Menu']").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Cases").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")
    expect(sheet).to_have_attribute("data-theme", "dark")

    person_menu.click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/cases/")
    expect(page.get_by_label("Email address")).to_be_visible()
