"""What an agent types is never lost, and never goes into a case that has changed without their knowing."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor
from cases.actions import change_status, close_case, merge_cases
from cases.models import Case
from records.models import Draft
from tests.cases.factories import make_case, pdf_upload, status
from tests.factories import make_user
from tests.stage import shared


@shared
def case(alice):
    return make_case(alice)


@pytest.fixture
def mei(db):
    return make_user(
        "mei@portal.example", first_name="Mei", last_name="Tanaka", is_staff=True, is_superuser=True
    )


def page_of(case, name=""):
    """The page, or where one of its buttons leads."""
    if name:
        return reverse(f"admin:cases_case_{name}", args=[case.pk])
    return reverse("admin:desk_case", args=[case.number])


def composed(body="Please restart it.", **fields):
    return {"visibility": "customer", "body": body, "status": "", "submission": str(uuid.uuid4()), **fields}


def composer(browser, case):
    return browser.get(page_of(case)).context["composer"]


@pytest.mark.parametrize("name", ["message", "take", "time", "people", "composing"])
def test_an_agent_who_signs_in_again_is_led_to_the_case(sign_in, ada, case, name):
    assert Client().post(page_of(case, name), composed()).url.startswith("/accounts/login/")
    assert sign_in(ada).get(page_of(case, name)).url == page_of(case)


def test_what_is_typed_is_there_again_for_its_agent_alone(sign_in, ada, mei, case):
    browser = sign_in(ada)
    browser.post(
        page_of(case, "composing"),
        {"writing": "yes", "body": "Half a sen", "visibility": "internal", "status": "waiting"},
    )
    again = composer(browser, case)
    assert (again["body"].value(), again["visibility"].value(), again["status"].value()) == (
        "Half a sen",
        "internal",
        "waiting",
    )
    assert "draft has been restored" in browser.get(page_of(case)).text
    assert not composer(sign_in(mei), case)["body"].value()
    browser.post(page_of(case, "composing"), {"writing": "no", "body": " "})
    assert not Draft.objects.exists()


def test_a_beat_without_text_leaves_the_draft_alone(sign_in, ada, case):
    browser = sign_in(ada)
    browser.post(page_of(case, "composing"), {"writing": "yes", "body": "Half"})
    browser.post(page_of(case, "composing"), {"writing": "yes"})
    assert composer(browser, case)["body"].value() == "Half"


def test_taking_a_case_keeps_what_is_typed(sign_in, ada, case):
    browser = sign_in(ada)
    browser.post(page_of(case, "take"), composed("A long answer"))
    assert Case.objects.get().assigned_to == ada
    assert composer(browser, case)["body"].value() == "A long answer"


@pytest.mark.parametrize("minutes", ["20", "nonsense"])
def test_entering_time_keeps_what_is_typed(sign_in, ada, case, minutes):
    browser = sign_in(ada)
    browser.post(page_of(case, "composing"), {"writing": "yes", "body": "A long answer"})
    page = browser.post(page_of(case, "time"), {"minutes": minutes, "worked_on": "2026-01-01"}, follow=True)
    assert page.context["composer"]["body"].value() == "A long answer"


@pytest.mark.parametrize("body", ["", "x" * 20_001])
def test_a_refused_message_is_kept_and_a_sent_one_is_no_draft_any_more(sign_in, ada, case, body):
    browser = sign_in(ada)
    refused = browser.post(page_of(case, "message"), composed(body, uploads=[pdf_upload("log.pdf")]))
    assert refused.context["composer"]["body"].value() == body
    assert "Please choose these files again" in refused.text
    assert "log.pdf" in refused.text
    assert (composer(browser, case)["body"].value() or "") == body
    sent = browser.post(page_of(case, "message"), composed())
    assert sent.url == f"{page_of(case)}#message-{case.messages.last().pk}"
    assert not Draft.objects.exists()


@pytest.mark.parametrize("button", ["preview", "insert"])
def test_no_button_of_the_composer_cuts_a_long_text(sign_in, ada, case, button):
    page = sign_in(ada).post(page_of(case, "message"), composed("x" * 30_000, **{button: "yes"}))
    assert len(page.context["composer"]["body"].value()) == 30_000
    assert "maxlength" not in str(page.context["composer"]["body"])


def test_a_reply_to_a_case_that_a_colleague_resolved_is_held_back_once(sign_in, ada, mei, case):
    browser = sign_in(mei)
    typed = composed(
        "My own long answer", status="waiting", seen_status=composer(browser, case)["seen_status"].value()
    )
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    page = browser.post(page_of(case, "message"), typed)
    assert (
        "Ada Byrne resolved this case in the meantime. Choose the status again. Send it anyway?" in page.text
    )
    assert "Select a valid choice" not in page.text
    assert "the case stays resolved unless you choose another status" in page.text
    assert page.context["composer"]["body"].value() == "My own long answer"
    assert case.messages.count() == 1
    again = {**typed, "status": "", "seen_status": page.context["composer"]["seen_status"].value()}
    assert browser.post(page_of(case, "message"), again).status_code == 302
    assert case.messages.count() == 2
    assert Case.objects.get().category == "resolved"


def test_a_choice_that_still_fits_is_left_as_it_is(sign_in, ada, mei, case):
    typed = composed(status="in_progress", seen_status="new")
    change_status(actor=Actor(user=ada), case=case, status=status("waiting"))
    page = sign_in(mei).post(page_of(case, "message"), typed)
    assert (
        "Ada Byrne changed the status to Waiting for customer in the meantime. Send it anyway?" in page.text
    )
    assert page.context["composer"]["status"].value() == "in_progress"


def test_an_agent_reads_that_the_customer_cancelled_and_cannot_answer(sign_in, ada, alice, case):
    close_case(actor=Actor(user=alice.user, contact=alice), case=case, category="cancelled")
    page = sign_in(ada).post(page_of(case, "message"), composed(seen_status="new"))
    assert "Alice Tester cancelled this case in the meantime." in page.text
    assert "who cannot reply unless you choose a status" in page.text


def test_what_an_agent_did_in_another_tab_holds_nothing_back(sign_in, ada, case):
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    assert sign_in(ada).post(page_of(case, "message"), composed(seen_status="new")).status_code == 302


def test_an_open_page_is_told_of_another_status(sign_in, ada, mei, case):
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    answer = sign_in(mei).post(page_of(case, "composing"), {"writing": "no", "seen_status": "new"}).json()
    assert answer["banner"] == "Ada Byrne resolved this case in the meantime."


def test_a_merged_case_is_read_and_not_written_to(sign_in, ada, alice, case):
    other = make_case(alice)
    merge_cases(actor=Actor(user=ada), case=case, into=other)
    browser = sign_in(ada)
    page = browser.get(page_of(case)).text
    assert "This case was merged into" in page
    for absent in ('id="composer"', "Log time", "<select", 'name="_save"'):
        assert absent not in page
    told = browser.post(page_of(case, "composing"), {"writing": "yes", **composed("Lat")}).json()
    assert told["banner"].startswith("This case was merged into another one.")
    browser.post(page_of(other, "composing"), {"writing": "yes", **composed("Begun there.")})
    page = browser.post(page_of(case, "message"), composed("Late"), follow=True)
    assert "This case was merged into another one." in page.text
    assert page.request["PATH_INFO"] == page_of(other)
    assert page.context["composer"]["body"].value() == "Begun there.\n\nLate"
    assert case.messages.count() == 0
    assert Draft.objects.count() == 1


def test_sending_is_the_first_button_and_no_id_stands_twice(sign_in, ada, case):
    page = sign_in(ada).get(page_of(case)).text
    form = page[page.index('id="composer"') :]
    assert form[form.index("<button ") :].startswith('<button type="submit" name="then" value="" hidden>')
    for name in ("case_status", "composer_status", "time_minutes"):
        assert page.count(f'id="{name}"') == 1
