"""Pages that administrators write, as readers and administrators see them."""

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from portal.models import WebLink
from tests.browser.conftest import check_page
from tests.portal.factories import make_link, make_page, restrict

pytestmark = pytest.mark.browser

LONG_WORD = "TIDEGATE-0004A3FF12-COLDSTORE-BASEMENT-WEST-SHELF-12-SENSOR-7"
TEXT = f"""
What we charge for **calibration**, see [the form](/cases/new/) and `{LONG_WORD}`.

## From January

| Service | Price for one | Price for ten | Delivery |
|---|---|---|---|
| Calibration of a {LONG_WORD} | 120 € | 1,000 € | 5 days |
| Repair | 80 € | 700 € | 10 days |

> Prices without tax.

1. Pack the probe.
2. Send it.
"""


@pytest.fixture
def furnished(alice):
    make_page("/help/", "Where to find what.", title="Help with everything", template="section")
    for slug in ("returns", "calibration", LONG_WORD.lower()):
        make_page(f"/help/{slug}/", TEXT, title=slug.capitalize())
    make_page("/help/wide/", TEXT, template="wide")
    make_page("/help/draft/", TEXT, is_draft=True)
    make_page("/help/empty/", "", template="section")
    restrict("/help/", "Portal IT User", right="preview")
    restrict("/help/", "Anonymous Users")
    heading = make_link("Company")
    make_link("Help", "/help/", parent=heading)
    make_link("Elsewhere", url="https://elsewhere.example/", parent=heading)
    footer = make_link("About us", menu="footer")
    make_link("Returns", "/help/returns/", menu="footer", parent=footer)
    make_link(
        "Status", url="https://status.example/", menu="profile", parent=make_link("Services", menu="profile")
    )


PAGES = ["/help/", "/help/returns/", "/help/wide/", "/help/draft/", "/help/empty/"]


def test_everybody_can_use_the_pages(open_browser, furnished, ivan):
    page: BrowserPage = open_browser(ivan)
    for path in PAGES:
        page.goto(path)
        check_page(page)


def test_a_visitor_can_use_a_page_that_is_open_to_visitors(open_browser, furnished):
    page: BrowserPage = open_browser()
    page.goto("/help/returns/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Returns")
    check_page(page)


def test_menus_with_headings_work_without_javascript(open_browser, furnished, ivan):
    page: BrowserPage = open_browser(ivan, java_script_enabled=False)
    page.goto("/")
    main = page.get_by_role("navigation", name="Main")
    main.get_by_text("Company").click()
    main.get_by_role("link", name="Help", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Help with everything")


def test_ada_previews_what_she_types_and_arranges_the_menu(open_browser, furnished, ada):
    page: BrowserPage = open_browser(ada)
    page.goto("/admin/portal/page/add/")
    page.locator("#id_title").fill("Price list")
    page.locator("#id_body").fill("**Ten** coins")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview unsaved changes").click()
    expect(opened.value.get_by_text("Ten", exact=True)).to_be_visible()
    page.locator("#id_parent").select_option(label="Home (/)")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    page.goto("/admin/portal/weblink/")
    page.get_by_role("button", name="Move Forums up").click()
    assert (
        list(WebLink.objects.filter(menu="primary", parent=None).values_list("label", flat=True))[2]
        == "Forums"
    )
