"""The portal with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.cases.factories import make_case

pytestmark = pytest.mark.browser


SHOWS_FOCUS = """element => [undefined, "::after"].some(part => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
})"""


@pytest.fixture
def home(open_browser, alice):
    make_case(alice, "Freezer alarm at night")
    page = open_browser(alice)
    page.goto("/")
    return page


def focused(page):
    return page.locator(":focus")


def test_the_first_tab_offers_to_skip_to_the_content(home):
    home.keyboard.press("Tab")
    expect(focused(home)).to_have_text("Skip to content")
    expect(focused(home)).to_be_in_viewport()
    home.keyboard.press("Enter")
    expect(home.locator("#main")).to_be_focused()
    home.keyboard.press("Tab")
    expect(home.get_by_role("main").locator(":focus")).to_have_attribute("type", "search")


def test_tab_leads_through_the_page_in_its_order_to_the_first_case(home):
    passed = []
    for _ in range(30):
        home.keyboard.press("Tab")
        passed.append(focused(home).evaluate("e => e.getAttribute('aria-label') || e.textContent.trim()"))
        assert focused(home).evaluate(SHOWS_FOCUS), passed[-1]
        if passed[-1] == "Freezer alarm at night":
            break
    places = [
        passed.index(label)
        for label in (
            "Skip to content",
            "Search the portal",
            "Menu of Alice Tester",
            "Cases",
            "All cases",
        )
    ]
    assert places == sorted(places)
    assert passed[-1] == "Freezer alarm at night"
    home.keyboard.press("Enter")
    expect(home.get_by_role("heading", level=1)).to_have_text("Freezer alarm at night")


def test_the_person_menu_opens_closes_and_gives_the_focus_back(home):
    summary = home.locator("summary[aria-label^='Menu of']")
    panel = home.get_by_role("button", name="Sign out")
    summary.focus()
    expect(panel).to_be_hidden()
    home.keyboard.press("Enter")
    expect(panel).to_be_visible()
    home.keyboard.press("Tab")
    expect(home.get_by_role("link", name="Profile")).to_be_focused()
    home.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(summary).to_be_focused()


def test_leaving_the_person_menu_closes_it(home):
    home.locator("summary[aria-label^='Menu of']").focus()
    home.keyboard.press("Enter")
    panel = home.get_by_role("button", name="Sign out")
    expect(panel).to_be_visible()
    home.keyboard.press("Shift+Tab")
    home.keyboard.press("Shift+Tab")
    expect(panel).to_be_hidden()


def test_slash_goes_to_the_search_and_stays_a_slash_in_a_text(home):
    home.keyboard.press("/")
    box = home.get_by_role("banner").get_by_role("searchbox")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    home.keyboard.type("and/or")
    expect(box).to_have_value("and/or")
