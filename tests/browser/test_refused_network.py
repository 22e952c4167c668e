"""Whoever comes from a network that is not allowed is told so, on a page that needs no other file of the
portal."""

import pytest
from playwright.sync_api import expect

from portal.models import SnippetText
from tests.browser.conftest import check_page
from tests.portal.factories import allow

pytestmark = pytest.mark.browser


def test_the_refusal_is_a_whole_page_without_any_further_file(open_browser):
    """The browser's watch fails on each file that is refused, and on a style that the content security policy
    forbids."""
    SnippetText.objects.create(
        name="network-refused", text="x", html=f"Come from our <strong>office</strong>. {'Long' * 40}"
    )
    allow("192.0.2.0/24")
    page = open_browser()
    page.goto("/cases/")
    expect(page.get_by_role("heading", name="The portal is not available from here")).to_be_visible()
    expect(page.get_by_text("Come from our office.")).to_be_visible()
    expect(page.get_by_role("main")).to_have_css("max-width", "576px")
    check_page(page)
