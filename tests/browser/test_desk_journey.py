"""An agent's morning at the desk: ten cases answered, assigned and resolved by the keyboard alone, and one on
a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Activity
from cases.models import Case, CaseMessage, Checklist, SavedReply
from records.models import Draft
from tests.browser.conftest import DESK, PHONE
from tests.cases.factories import desk_page, make_case, make_staff_reply
from tests.factories import make_user

pytestmark = pytest.mark.browser

ABOVE_THE_FOLD = (
    "h1", "#conversation .message:last-of-type", "#composer_body", "[data-send='']", "[data-send=next]",
    "[data-send=resolve]", "#case_status", "#case_assigned_to", "#case_priority", ".case-who",
)  # fmt: skip


def is_in_view(page: Page, selector: str, *, whole: bool = True) -> bool:
    """Whether it is drawn within the window, and within what scrolls it."""
    ratio: float = page.locator(selector).last.evaluate(
        """element => new Promise((resolve) => new IntersectionObserver(
            ([entry]) => resolve(entry.intersectionRatio)).observe(element))"""
    )
    return ratio > (0.95 if whole else 0)


def body_of(page: Page):
    return page.get_by_label("Message", exact=True)


def look_around(page: Page) -> None:
    for selector in ABOVE_THE_FOLD:
        assert is_in_view(page, selector), selector
    page.keyboard.press("?")
    expect(page.get_by_role("dialog").get_by_text("send and go to the next case")).to_be_visible()
    page.keyboard.press("Escape")


def change_the_priority(page: Page) -> None:
    """A list keeps its type-ahead: a single key does nothing else in a field."""
    page.keyboard.press("p")
    page.keyboard.type("uHi")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.keyboard.press("Escape")


def put_in_a_saved_reply(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    expect(body_of(page)).to_have_value("Hello Alice, we look into it.")


def write_eight_lines(page: Page) -> None:
    page.keyboard.type("\n".join(f"Line {line} of the answer." for line in range(8)))
    assert is_in_view(page, "#conversation .message:last-of-type", whole=False)
    assert all(is_in_view(page, selector) for selector in ABOVE_THE_FOLD[2:])


FIRST = {0: look_around, 1: change_the_priority}
WRITE = {0: write_eight_lines, 3: put_in_a_saved_reply}


def test_twenty_cases_are_answered_assigned_and_resolved_without_the_mouse(open_browser, ada, alice):
    cases = [make_case(alice, f"Gateway {number} is offline") for number in range(20)]
    SavedReply.objects.create(title="First look", body="Hello {first_name}, we look into it.")
    page = open_browser(ada, viewport=DESK)
    page.goto("/admin/desk/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for number, case in enumerate(cases):
        expect(page.get_by_role("heading", level=1)).to_have_text(case.subject)
        FIRST.get(number, lambda _page: None)(page)
        page.keyboard.press("n" if number == 2 else "r")
        WRITE.get(number, lambda page: page.keyboard.type("Please restart it."))(page)
        page.keyboard.press("Control+Alt+Enter" if number % 3 == 1 else "Control+Shift+Enter")
    expect(page).to_have_url(re.compile("/admin/desk/(\\?|$)"))
    said = CaseMessage.objects.filter(author_user=ada)
    assert [said.filter(case=case).count() for case in cases] == [1] * 20
    assert [message.case_id for message in said.filter(visibility="internal")] == [cases[2].pk]
    resolved = Case.objects.filter(status="resolved").order_by("pk")
    assert [case.pk for case in resolved] == [cases[number].pk for number in range(1, 20, 3)]
    assert Case.objects.filter(assigned_to=ada).count() == 19
    assert Activity.objects.filter(verb="case.priority_changed").count() == 1
    assert not Draft.objects.exists()


def test_what_is_changed_beside_is_told_at_once_and_a_colleague_is_mentioned(open_browser, ada, alice):
    make_user("mei@portal.example", first_name="Mei", last_name="Tanaka", is_staff=True, is_superuser=True)
    case, checklist = make_case(alice), Checklist.objects.create(name="Installation")
    checklist.steps.create(text="Check the wiring")
    page = open_browser(ada, viewport=DESK, refused="/properties/")
    page.goto(desk_page(case))
    page.get_by_label("Priority", exact=True).select_option("high")
    expect(page.locator("#conversation").get_by_text("changed the priority to High")).to_be_visible()
    Case.objects.update(priority="urgent")
    page.get_by_label("Priority", exact=True).select_option("low")
    expect(page.get_by_text("Not saved: a colleague changed this")).to_be_visible()
    expect(page.get_by_label("Priority", exact=True)).to_have_value("urgent")
    page.get_by_text("Add a checklist").click()
    page.get_by_role("button", name="Installation").click()
    page.get_by_role("checkbox", name="Check the wiring").click()
    expect(page.get_by_role("checkbox", name="Check the wiring")).to_be_checked()
    page.locator("body").press("n")
    page.keyboard.type("Could you look, @tan")
    expect(page.get_by_role("listbox", name="Colleagues").get_by_text("Mei Tanaka")).to_be_visible()
    page.keyboard.press("Enter")
    expect(body_of(page)).to_have_value("Could you look, @Mei Tanaka ")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#conversation").get_by_text("mentioned Mei Tanaka")).to_be_visible()
    assert is_in_view(page, "#conversation .message-note")


def test_an_agent_reads_answers_and_assigns_on_a_phone(open_browser, ada, alice):
    case = make_case(alice)
    for number in range(12):
        make_staff_reply(case, ada, f"Message {number}")
    Case.objects.update(assigned_to=None)
    page = open_browser(ada, viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(desk_page(case))
    assert is_in_view(page, "#conversation .message:last-of-type", whole=False)
    assert is_in_view(page, "#composer_body")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    body_of(page).tap()
    body_of(page).fill("On my way.")
    page.get_by_role("button", name="Send", exact=True).tap()
    expect(page.locator("#conversation").get_by_text("On my way.")).to_be_in_viewport()
    page.get_by_role("link", name="Details").tap()
    page.get_by_label("Status", exact=True).select_option("waiting")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert Case.objects.get().status_id == "waiting"
    assert Case.objects.get().assigned_to == ada


def test_without_a_script_every_deed_has_its_button(open_browser, ada, alice):
    first, second = make_case(alice, "First"), make_case(alice, "Second")
    SavedReply.objects.create(title="First look", body="Hello {first_name}.", then_priority="high")
    page = open_browser(ada, java_script_enabled=False)
    page.goto(f"{desk_page(first)}?in=")
    page.get_by_label("Priority", exact=True).select_option("low")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.get_by_text("Replies", exact=True).click()
    page.get_by_role("button", name="First look").click()
    expect(body_of(page)).to_have_value("Hello Alice.")
    page.get_by_role("button", name="Send and next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(second.subject)
    assert Case.objects.get(pk=first.pk).priority == "high"
