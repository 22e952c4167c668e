"""What the floor gives a feature, walked through with the example: from its list to an answer in the
administration."""

import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from records.surfaces import surface_named
from tests.browser.conftest import check_page
from tests.factories import grant

LOANS = surface_named("loan")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(LOANS is None, reason="The example is not installed."),
]


@pytest.fixture
def loans(acme, alice, ivan) -> list[Any]:
    """Two of Alice's, which Ivan may read, too."""
    assert LOANS
    assert LOANS.sample
    grant(alice, "loan", "contact", "read", "create")
    grant(ivan, "loan", "account", "read")
    made = [LOANS.sample(acme, alice) for _ in range(2)]
    LOANS.model.objects.filter(pk=made[1].pk).update(title="Salinity probe")
    return made


def test_alice_finds_her_loan_answers_with_a_file_and_ivan_follows_it(
    open_browser, alice, ivan, ada, loans, tmp_path
):
    page = open_browser(alice)
    page.goto("/loans/")
    rows = page.locator(".record-rows > li")
    expect(rows).to_have_count(2)
    page.get_by_role("search", name="Filter").get_by_label("Search").fill("salinity")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Manage views").click()
    page.get_by_label("Name").fill("Salinity")
    page.get_by_role("button", name="Save view").click()
    page.goto("/loans/?view=all")
    expect(rows).to_have_count(2)
    page.get_by_role("list", name="Saved views").get_by_role("link", name="Salinity").click()
    expect(rows).to_have_count(1)
    check_page(page)

    page.get_by_role("link", name=re.compile("Salinity probe")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Salinity probe")
    Image.new("RGB", (1600, 900), "teal").save(tmp_path / "display.png")
    page.get_by_label("Your reply").fill("The display stays dark.")
    page.locator("#id_uploads").set_input_files(tmp_path / "display.png")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("status").filter(has_text="Your reply has been sent.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("display.png"))).to_be_visible()
    page.get_by_role("button", name="Mute emails").click()
    expect(page.get_by_role("button", name="Unmute emails")).to_be_visible()
    check_page(page)

    colleague = open_browser(ivan)
    colleague.goto(loans[1].get_absolute_url())
    expect(colleague.get_by_text("The display stays dark.")).to_be_visible()
    expect(colleague.get_by_label("Your reply")).to_have_count(0)
    colleague.get_by_role("button", name="Follow", exact=True).click()
    expect(colleague.get_by_role("button", name="Stop following")).to_be_visible()

    desk = open_browser(ada)
    desk.goto(f"/admin/loans/loan/{loans[1].pk}/change/")
    expect(desk.get_by_text("The display stays dark.")).to_be_visible()
    desk.get_by_label("Message").fill("Old stock.")
    desk.get_by_role("button", name="Save message").click()
    expect(desk.get_by_text("Note saved.")).to_be_visible()
    expect(desk.get_by_role("region", name="Conversation")).to_contain_text("Old stock.")
    expect(desk.get_by_label("Message")).to_have_value("")
    page.reload()
    expect(page.get_by_text("Old stock.")).to_have_count(0)
