"""The administration in a real browser: each of its pages can be used by everybody, in both themes, on a desk
and on a phone; and an administrator's first hour."""

import os
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import OutgoingMail, User
from portal.models import AllowedNetwork, Site, SnippetText
from tests.browser.conftest import COLOURS, DESK, EVERYTHING, PHONE, violations
from tests.portal.test_staff_groups import (  # noqa: F401
    ADMINISTRATOR,
    GROUPS,
    addresses,
    member_of,
    rights_at,
    rows,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

OF_EVERY_KIND = (
    "accounts_contact_changelist", "accounts_contact_change", "accounts_contact_history",
    "accounts_webrole_change", "cases_businesscalendar_change", "invoices_invoice_add",
    "portal_redirect_delete", "portal_site_change",
)  # fmt: skip
"""What `make test` looks at, and `make accessibility` for every group; it opens every address as an
administrator, whose pages have all that those of the others have."""
EVERY = bool(os.environ.get("EVERY_WIDTH"))
PARTS = 3 if EVERY else 1
"""So that several browsers share the pages of a group."""
TALL = 6_000
PLAIN = ("/admin/", "/admin/find/?q=a", "/admin/no-such-page/")


def pages_for(group: str, made: dict[str, Any]) -> Iterator[str]:
    """Generated from what is registered."""
    for address in addresses():
        is_text = address.model == "portal.snippettext" and "object_id" in address.samples
        is_no_page = address.name.endswith(("_pdf", "_raw", "_attachment", "_css", "_alike", "_colleagues"))
        if not address.opens or address.opens not in rights_at(group, address) or is_text or is_no_page:
            continue
        if (EVERY and group == ADMINISTRATOR) or address.name in OF_EVERY_KIND:
            yield address.url(made)
    yield from PLAIN


def faults_of(page: Page) -> Iterator[str]:
    """In the light theme all of it; in the dark one its colours. The window is as high as the page: to axe,
    what lies half behind the bar with *Save* is too small, although it can be scrolled."""
    for size in (DESK, PHONE):
        page.set_viewport_size({"width": size["width"], "height": TALL})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            yield f"{width} px wide at {size['width']}"
        for scheme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            if report := violations(page, rules):
                yield f"{size['width']} px, {scheme}: {report}"
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize(
    ("group", "part"),
    [(ADMINISTRATOR, part) for part in range(PARTS)]
    + [(group, None) for group in GROUPS if EVERY and group != ADMINISTRATOR],
)
def test_each_page_of_the_administration_can_be_used_by_everybody(
    open_browser: Callable[..., Page],
    rows: dict[str, Any],  # noqa: F811
    group: str,
    part: int | None,
):
    page = open_browser(member_of(group, email=f"{group.replace(' ', '.').lower()}@portal.example"))
    found = []
    pages = pages_for(group, rows)
    for url in pages if part is None else islice(pages, part, None, PARTS):
        page.goto(url)
        found += [f"{url} {fault}" for fault in faults_of(page)]
    assert found == [], "\n".join(found)


def test_the_menu_the_palette_and_the_theme_are_there_on_a_phone_too(
    open_browser: Callable[..., Page], ada: User
):
    page = open_browser(ada, viewport=PHONE)
    page.goto("/admin/")
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("navigation", name="Administration").get_by_text("People").click()
    page.get_by_role("link", name="Accounts").first.click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Find anything")
    palette.get_by_role("searchbox").fill("sign-in pol")
    palette.get_by_role("link", name="Sign-in policy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign-in policy")
    page.get_by_label("Menu of Ada Byrne").click()
    page.get_by_title("Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_changed_form_asks_before_it_is_left_and_not_after_it_was_saved(
    open_browser: Callable[..., Page], ada: User
):
    page, asked = open_browser(ada), []
    page.goto("/admin/portal/site/1/change/")
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Title:").fill("Northern Lights")
    page.get_by_role("link", name="Start").click()
    page.wait_for_url("**/admin/")
    assert asked == ["beforeunload"]
    page.goto("/admin/portal/site/1/change/")
    page.get_by_label("Title:").fill("Northern Lights")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Start").click()
    page.wait_for_url("**/admin/")
    assert asked == ["beforeunload"]
    assert Site.objects.stored().title == "Northern Lights"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_save_button_is_in_reach_on_a_long_form(
    size: dict[str, int], open_browser: Callable[..., Page], ada: User
):
    page = open_browser(ada, viewport=size)
    for url in (
        "/admin/portal/site/1/change/",
        "/admin/accounts/signinpolicy/1/change/",
        "/admin/accounts/contact/add/",
    ):
        page.goto(url)
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_in_viewport(ratio=1)


def test_an_administrators_first_hour(open_browser: Callable[..., Page], rows: dict[str, Any]):  # noqa: F811
    """Brand, a network, a role, an invitation, a text: each found by its job, said to be saved, and kept."""
    AllowedNetwork.objects.all().delete()
    page = open_browser(member_of(ADMINISTRATOR, email="noor@portal.example"))
    page.goto("/admin/")
    menu = page.get_by_role("navigation", name="Administration")

    menu.get_by_text("Settings", exact=True).click()
    menu.get_by_role("link", name="Branding").click()
    page.wait_for_load_state()
    page.get_by_label("Title:").fill("Northern Lights")
    expect(page.locator("#brand-preview .is-dark .brand-preview-head")).to_contain_text("Northern Lights")
    page.get_by_role("button", name="Save and stay").click()
    expect(page.get_by_role("status").first).to_contain_text("changed successfully")

    menu.get_by_text("Access", exact=True).click()
    menu.get_by_role("link", name="Allowed networks").click()
    expect(page.get_by_text("Everyone may reach the portal")).to_be_visible()
    page.get_by_role("link", name="Add allowed network").last.click()
    page.get_by_label("Network:").fill("127.0.0.0/8")
    page.get_by_label("Note:").fill("Office")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("region", name="Rows").get_by_role("link", name="127.0.0.0/8")).to_be_visible()

    menu.get_by_role("link", name="Web roles").click()
    page.get_by_role("link", name="Add web role").click()
    page.get_by_label("Name:").fill("Auditors")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Auditors").first).to_be_visible()

    menu.get_by_text("People", exact=True).click()
    menu.get_by_role("link", name="Contacts").click()
    page.get_by_role("link", name="Ines").first.click()
    page.get_by_label("Auditors").check()
    page.get_by_role("button", name="Save and stay").click()
    expect(page.get_by_label("Auditors")).to_be_checked()
    sent = OutgoingMail.objects.count()
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("status").first).to_contain_text("nvitation")
    assert OutgoingMail.objects.count() == sent + 1

    page.goto("/admin/find/?q=wording")
    page.get_by_role("main").get_by_role("link", name="Wording").click()
    page.get_by_role("link", name="In the footer of every page").click()
    page.wait_for_load_state()
    page.get_by_label("Text").fill("We answer **by noon**.")
    expect(page.locator("#text-previews strong")).to_have_text("by noon")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_be_visible()
    assert SnippetText.objects.get(name="footer-note").text == "We answer **by noon**."
    assert Site.objects.stored().title == "Northern Lights"
