"""The form of a new case while the network is slow, and answers that are read in it."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from cases.models import Case, Product, RequestField, RequestType
from records.models import Draft, Follow
from tests.browser.conftest import check_page
from tests.cases.factories import make_case, make_entitlement
from tests.forums.factories import make_forum, make_topic
from tests.knowledgebase.factories import make_article

pytestmark = pytest.mark.browser


@pytest.fixture
def serial_number(db):
    return RequestField.objects.create(
        request_type=RequestType.objects.get(slug="problem"), label="Serial number"
    )


@pytest.fixture
def beacon(acme):
    product = Product.objects.create(name="Beacon", slug="beacon")
    make_entitlement(acme, name="Gold", amount=3, product=product)
    return product


def hold_refreshes(page: Page) -> list[Route]:
    """What the form asks the server for is kept waiting until the test lets it go on."""
    held: list[Route] = []
    page.route(
        "**/cases/new/",
        lambda route: held.append(route) if route.request.headers.get("hx-request") else route.continue_(),
    )
    return held


def let_go(page: Page, held: list[Route]) -> None:
    with page.expect_response(lambda response: response.request.method == "POST"):
        held.pop().continue_()


def wait_for(held: list[Route], page: Page) -> None:
    while not held:
        page.wait_for_timeout(20)


def test_what_alice_types_while_the_form_is_fetched_anew_stays(open_browser, alice, serial_number, beacon):
    page = open_browser(alice)
    page.goto("/cases/new/")
    page.get_by_label("What do you need?").select_option("Problem")
    expect(page.get_by_label("Serial number")).to_be_visible()
    held = hold_refreshes(page)
    page.get_by_label("Product").select_option("Beacon")
    wait_for(held, page)
    page.get_by_label("Priority").select_option("High")
    page.get_by_label("Serial number").fill("B-204")
    let_go(page, held)
    expect(page.get_by_text("This case uses 1 of 3 remaining cases of Gold.")).to_be_visible()
    expect(page.get_by_label("Serial number")).to_have_value("B-204")
    expect(page.get_by_label("Serial number")).to_be_focused()
    expect(page.get_by_label("Priority")).to_have_value("high")


def test_a_priority_that_the_new_choice_does_not_offer_is_not_forced_upon_it(
    open_browser, alice, serial_number, beacon
):
    beacon_only = beacon.__class__.objects.create(name="Anchor", slug="anchor")
    make_entitlement(alice.account, name="Basic", product=beacon_only, priorities=["low", "normal"])
    page = open_browser(alice)
    page.goto("/cases/new/")
    held = hold_refreshes(page)
    page.get_by_label("Product").select_option("Anchor")
    wait_for(held, page)
    page.get_by_label("Priority").select_option("Urgent")
    let_go(page, held)
    expect(page.get_by_text("Priorities included in Basic.")).to_be_visible()
    expect(page.get_by_label("Priority")).to_have_value("normal")


def test_what_was_typed_goes_along_to_a_colleagues_case_that_is_followed_instead(open_browser, alice, ivan):
    case = make_case(alice, "Gateway is offline")
    page = open_browser(ivan)
    page.goto("/cases/new/")
    page.get_by_label("Subject").press_sequentially("Gateway")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_label("Description").fill("Typed a moment ago.")
    page.get_by_role("button", name="Follow “Gateway is offline” instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gateway is offline")
    assert Follow.objects.filter(record_type="case", record_id=case.pk, contact=ivan).exists()
    expect(page.get_by_label("Your reply")).to_have_value("Typed a moment ago.")
    page.goto("/cases/new/")
    expect(page.get_by_label("Subject")).to_have_value("")
    assert Draft.objects.get().record_id == case.pk


def test_discussions_and_cases_open_in_place_too(open_browser, alice, ivan):
    make_article("Replace a gateway", "> Hold the reset button.")
    topic = make_topic(make_forum(), alice, "Which gateway for a ship?", body="One with **marine** approval.")
    case = make_case(alice, "Gateway is offline", description="It stopped on **Monday**.")
    page = open_browser(ivan)
    page.goto("/cases/new/")
    page.get_by_label("Subject").press_sequentially("Gateway")
    for record, text in ((topic, "marine"), (case, "Monday")):
        title = getattr(record, "title", "") or record.subject
        page.get_by_role("region", name="Answers that may help").get_by_role("link", name=title).click()
        dialog = page.get_by_role("dialog", name=title)
        expect(dialog.locator("strong", has_text=text)).to_be_visible()
        expect(dialog.get_by_role("link", name="Open as a page")).to_have_attribute(
            "href", re.compile(record.get_absolute_url())
        )
        expect(dialog.get_by_label("Your reply")).to_have_count(0)
        expect(dialog.get_by_role("button", name="Quote")).to_have_count(0)
        is_case = record is case
        expect(dialog.get_by_role("button", name="This solved it")).to_have_count(0 if is_case else 1)
        expect(dialog.get_by_role("button", name="Follow this one instead")).to_have_count(
            1 if is_case else 0
        )
        if is_case:
            check_page(page)
        dialog.get_by_role("button", name="I still need help").click()
        expect(page.get_by_label("Subject")).to_have_value("Gateway")
    page.get_by_role("region", name="Answers that may help").get_by_role(
        "link", name="Gateway is offline"
    ).click()
    page.get_by_role("dialog").get_by_role("button", name="Follow this one instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gateway is offline")
    assert Case.objects.count() == 1
