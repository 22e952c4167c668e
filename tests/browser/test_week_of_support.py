"""A week of support: a customer and an agent, each in a browser of their own, from the first question to the
case that comes back."""

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case, SuggestionReading
from tests.knowledgebase.factories import make_article

pytestmark = pytest.mark.browser

SUBJECT = "Gateway drops out every night"


def test_a_case_from_the_question_to_the_rating_and_back(open_browser, alice, ada, run_jobs):
    make_article("Restart a gateway", "Hold the **reset button** for ten seconds.")
    customer, agent = open_browser(alice), open_browser(ada)

    read_an_answer_and_ask_nevertheless(customer)
    case = Case.objects.get()
    assert SuggestionReading.objects.filter(contact=alice).count() == 1

    answer(agent, case, "Which firmware does it run?", status="waiting")
    customer.reload()
    expect(customer.get_by_role("article").last).to_contain_text("Which firmware does it run?")
    expect(customer.get_by_text("Waiting for you since")).to_be_visible()
    assert has_status(case, "waiting")

    reply(customer, "Version 4.2.1.")
    expect(customer.get_by_text("Waiting for you since")).to_have_count(0)
    assert has_status(case, "active")

    escalate(customer, "The line stands still at night.")
    agent.reload()
    expect(agent.get_by_text("Version 4.2.1.").first).to_be_visible()
    assert Case.objects.get().escalated_at

    answer(agent, case, "Version 4.2.2 cures it. Please install it.")
    customer.reload()
    expect(customer.get_by_role("article").last).to_contain_text("Version 4.2.2 cures it.")
    resolve(customer, rating="4")
    assert has_status(case, "resolved")
    assert Case.objects.get().rating == 4

    reopen(customer)
    assert has_status(case, "active")
    reply(customer, "It is back since this night.")
    agent.reload()
    expect(agent.get_by_text("It is back since this night.").first).to_be_visible()
    assert run_jobs() > 0
    assert Case.objects.count() == 1
    assert case.messages.count() == 5
    assert case.messages.filter(author_user=ada).count() == 2


def has_status(case: Case, category: str) -> bool:
    return Case.objects.filter(pk=case.pk, category=category).exists()


def read_an_answer_and_ask_nevertheless(page: Page) -> None:
    page.goto("/cases/new/")
    page.get_by_label("Subject").press_sequentially(SUBJECT)
    page.get_by_role("region", name="Answers that may help").get_by_role(
        "link", name="Restart a gateway"
    ).click()
    expect(page.get_by_role("dialog").get_by_text("reset button")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="I still need help").click()
    page.get_by_label("What do you need?").select_option("Problem")
    page.get_by_label("Description").fill("At two o'clock, for ten minutes.")
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)


def answer(desk: Page, case: Case, text: str, status: str = "") -> None:
    desk.goto(f"/admin/cases/case/{case.pk}/change/")
    desk.get_by_label("Message", exact=True).fill(text)
    if status:
        desk.get_by_text("On sending").click()
        desk.get_by_label("Set status to").select_option(value=status)
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text("Reply sent.")).to_be_visible()


def reply(page: Page, text: str) -> None:
    page.get_by_label("Your reply").fill(text)
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("article").last).to_contain_text(text)


def escalate(page: Page, reason: str) -> None:
    page.get_by_role("link", name="Escalate").click()
    page.get_by_role("main").get_by_role("textbox").first.fill(reason)
    page.get_by_role("button", name="Escalate case").click()
    expect(page.get_by_text("The case has been escalated")).to_be_visible()


def resolve(page: Page, rating: str) -> None:
    page.get_by_role("link", name="Mark as solved").click()
    page.locator(f"input[name=rating][value='{rating}']").check()
    page.get_by_role("button", name="Mark as solved").click()
    expect(page.get_by_text("The case has been resolved. Thank you.")).to_be_visible()


def reopen(page: Page) -> None:
    page.get_by_role("link", name="Reopen").click()
    page.get_by_role("button", name="Reopen case").click()
    expect(page.get_by_text("The case has been reopened.")).to_be_visible()
