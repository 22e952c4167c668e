"""What an agent types survives every other button of the page, an ended session and a new sign-in, in a real
browser."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from cases.models import Case, SavedReply
from records.models import Draft
from tests.browser.conftest import sign_in_by_form
from tests.cases.factories import desk_page, make_case

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(open_browser, alice, ada, with_password):
    """An agent's page of a case."""
    with_password(ada)
    case = make_case(alice)
    page = open_browser(ada)
    page.goto(desk_page(case))
    return page


def text_of(page):
    return page.get_by_label("Message", exact=True)


def test_what_is_typed_is_saved_and_shown_again(desk):
    desk.get_by_text("Internal note", exact=True).click()
    text_of(desk).fill("Half a sentence")
    expect(desk.get_by_text("Draft saved.")).to_be_visible()
    desk.reload()
    expect(text_of(desk)).to_have_value("Half a sentence")
    expect(desk.get_by_label("Internal note", exact=True)).to_be_checked()


def test_every_other_form_of_the_page_keeps_what_is_typed(desk):
    text_of(desk).fill("A long answer")
    desk.get_by_label("More actions").click()
    desk.get_by_role("button", name="Assign to me").click()
    expect(desk.get_by_text("The case is assigned to you.")).to_be_visible()
    expect(text_of(desk)).to_have_value("A long answer")
    text_of(desk).press_sequentially("!")
    desk.get_by_text("Log time").first.click()
    desk.get_by_label("Time spent").fill("20 min")
    desk.get_by_role("button", name="Log time").click()
    expect(desk.get_by_text("Time logged.")).to_be_visible()
    expect(text_of(desk)).to_have_value("!A long answer")
    text_of(desk).press_sequentially("?")
    desk.get_by_label("Priority", exact=True).select_option("high")
    expect(desk.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(text_of(desk)).to_have_value("?!A long answer")


def test_an_ended_session_holds_the_text_until_the_agent_is_back(desk, ada):
    text_of(desk).fill("Typed before the end")
    expect(desk.get_by_text("Draft saved.")).to_be_visible()
    Session.objects.all().delete()
    text_of(desk).fill("Typed after the end")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text("you have been signed out")).to_be_visible()
    expect(text_of(desk)).to_have_value("Typed after the end")
    other = desk.context.new_page()
    other.goto("/accounts/login/?next=/admin/")
    sign_in_by_form(other, ada.email)
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text("Reply sent.")).to_be_visible()
    assert Case.objects.get().messages.last().body == "Typed after the end"
    assert not Draft.objects.exists()


def test_an_agent_quotes_puts_in_and_sends_by_the_keyboard(open_browser, alice, ada):
    case = make_case(alice)
    SavedReply.objects.create(title="Thanks", body="Hello {first_name}")
    desk = open_browser(ada)
    desk.goto(desk_page(case))
    desk.get_by_role("button", name="Quote").click()
    expect(text_of(desk)).to_have_value("> Alice Tester:\n> It stopped on Monday.\n\n")
    desk.get_by_text("Replies", exact=True).click()
    desk.get_by_role("button", name="Thanks").click()
    expect(desk.get_by_text("Draft saved.")).to_be_visible()
    text_of(desk).press("Control+Enter")
    expect(desk.get_by_text("Reply sent.")).to_be_visible()
    assert desk.url.endswith(f"#message-{case.messages.last().pk}")
    assert case.messages.last().body.endswith("Hello Alice")


def test_a_refused_message_leads_to_its_error(desk):
    desk.get_by_role("button", name="Send", exact=True).click()
    summary = desk.locator(".error-summary")
    expect(summary).to_be_focused()
