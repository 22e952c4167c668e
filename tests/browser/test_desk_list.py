"""An agent's morning on the list, by keyboard; and the same list on a phone and without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Case
from tests.browser.conftest import PHONE
from tests.cases.factories import make_case

pytestmark = pytest.mark.browser


@pytest.fixture
def cases(alice):
    """One more than a page shows, due one after the other."""
    made = [make_case(alice, f"Probe {number:02} is offline") for number in range(26)]
    for number, case in enumerate(made):
        Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(hours=number))
    return made


def keys(page, *pressed):
    for key in pressed:
        page.keyboard.press(key)


def focused(page):
    return page.locator(":focus")


def test_a_morning_on_the_list_by_keyboard(open_browser, ada, cases):
    page = open_browser(ada)
    page.goto("/admin/desk/")
    keys(page, "j", "j", "k")
    expect(focused(page)).to_have_text("Probe 00 is offline")
    keys(page, "x", "j", "j", "x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    keys(page, "a", "Enter")
    expect(page.get_by_text("2 cases changed.")).to_be_visible()
    assert [case.subject for case in Case.objects.filter(assigned_to=ada).order_by("pk")] == [
        "Probe 00 is offline", "Probe 02 is offline",
    ]  # fmt: skip

    keys(page, "k")
    expect(focused(page)).to_have_text("Probe 24 is offline")
    keys(page, "j")
    expect(focused(page)).to_have_text("Probe 25 is offline")
    expect(page.get_by_role("link", name="More cases")).to_have_count(0)

    keys(page, "/")
    page.keyboard.type("jx")
    expect(page.get_by_label("Search", exact=True)).to_have_value("jx")
    keys(page, "Escape")
    expect(page.get_by_label("Search", exact=True)).not_to_be_focused()

    keys(page, "?")
    page.get_by_label("Use single keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    keys(page, "j")
    expect(page.locator(".desk-rows .is-current")).to_have_count(0)
    keys(page, "?")
    page.get_by_label("Use single keys").check()
    keys(page, "Escape", "j", "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Probe 00 is offline")


def test_on_a_phone_and_without_javascript_the_same_is_done_by_hand(open_browser, ada, cases):
    page = open_browser(ada, viewport=PHONE, java_script_enabled=False)
    page.goto("/admin/desk/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="More cases").click()
    page.get_by_role("checkbox", name="Select C-").check()
    page.get_by_role("button", name="Assign to me").click()
    expect(page.get_by_text("1 case changed.")).to_be_visible()
    assert Case.objects.get(assigned_to=ada) == cases[-1]
    page.get_by_role("link", name="Mine").click()
    page.get_by_role("link", name="Probe 25 is offline").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Probe 25 is offline")
