"""What is typed for a new case is kept until it is sent."""

import uuid

import pytest
from django.urls import reverse

from cases.models import Case, RequestField, RequestType, SuggestionReading
from records.models import Draft
from tests.cases.factories import make_case, status
from tests.cases.test_opening import new_case_data
from tests.factories import PASSWORD

NEW, KEEP = reverse("cases:new"), reverse("cases:new_draft")
READ, SOLVED = reverse("cases:suggestion_read"), reverse("cases:suggestion_solved")


def shown(browser, address=NEW):
    return browser.get(address).context["form"]


def test_what_is_typed_is_there_again_on_the_next_visit(sign_in, alice, bob):
    question = RequestField.objects.create(
        request_type=RequestType.objects.get(slug="problem"), label="Serial number"
    )
    name, browser = f"answer_{question.pk}", sign_in(alice)
    data = new_case_data(priority="high", participants=[bob.pk], **{name: "B-204"})
    assert browser.post(KEEP, data).json() == {"saved": True}
    page = browser.get(NEW)
    assert "Your draft has been restored" in page.text
    form = page.context["form"]
    typed = {
        key: str(form[key].value()) for key in ("subject", "description", "request_type", "priority", name)
    }
    assert typed == {key: data[key] for key in typed}
    assert "checked" in str(form["participants"])


def test_a_draft_is_there_after_signing_in_again(client, alice):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    client.force_login(alice.user)
    client.post(KEEP, new_case_data(subject="Half a thought"))
    client.logout()
    login = client.post(NEW, new_case_data()).url
    page = client.post(login, {"login": alice.email, "password": PASSWORD, "next": NEW}, follow=True)
    assert page.request["PATH_INFO"] == NEW
    assert page.context["form"]["subject"].value() == "Half a thought"


def test_a_button_saves_and_discards_the_draft_without_scripts(sign_in, alice):
    browser = sign_in(alice)
    page = browser.post(NEW, new_case_data(step="draft", description=""), follow=True)
    assert "Your draft has been saved." in page.text
    assert shown(browser)["subject"].value() == "Logger shows E4"
    page = browser.post(NEW, {"step": "discard"}, follow=True)
    assert "The draft has been discarded." in page.text
    assert not Draft.objects.exists()
    assert not Case.objects.exists()


def test_choices_alone_are_no_draft_and_an_emptied_form_leaves_none(sign_in, alice):
    browser = sign_in(alice)
    browser.post(KEEP, new_case_data())
    browser.post(KEEP, new_case_data(subject=" ", description=""))
    assert not Draft.objects.exists()


def test_a_sent_case_leaves_no_draft_even_when_the_draft_comes_late(sign_in, alice):
    browser, data = sign_in(alice), new_case_data()
    browser.post(KEEP, data)
    browser.post(NEW, data)
    assert browser.post(KEEP, data).json() == {"saved": False}
    assert not Draft.objects.exists()
    assert browser.post(KEEP, new_case_data(subject="The next one")).json() == {"saved": True}


def test_a_draft_does_not_bring_back_the_sending_it_was_typed_for(sign_in, alice):
    browser, data = sign_in(alice), new_case_data()
    browser.post(KEEP, data)
    assert str(shown(browser)["submission"].value()) != data["submission"]


def test_a_draft_is_its_writers_own(sign_in, alice, bob, charlie):
    sign_in(alice).post(KEEP, new_case_data(subject="For my eyes"))
    for other in (bob, charlie):
        browser = sign_in(other)
        assert "For my eyes" not in browser.get(NEW).text
        browser.post(NEW, {"step": "discard"})
    assert Draft.objects.get().contact == alice


def test_hostile_text_in_a_draft_is_no_error(sign_in, alice):
    browser = sign_in(alice)
    hostile = {
        "subject": "a\0b" + "x" * 30_000,
        "request_type": "9" * 99,
        "product": "x",
        "priority": "\0",
        "participants": ["x", "9" * 99],
    }
    hostile |= {f"answer_{number}": "y" * 9_000 for number in range(90)} | {
        "answer_x": "z",
        "submission": "x",
        "follows": "\0",
    }
    assert browser.post(KEEP, hostile).json() == {"saved": True}
    assert browser.get(NEW).status_code == 200
    values = Draft.objects.get().values
    assert len(values["subject"]) == 5_000
    assert sum(name.startswith("answer_") for name in values) == 50
    body = b"subject=%ED%A0%80%FF&description=%00"
    assert browser.post(KEEP, body, content_type="application/x-www-form-urlencoded").status_code == 200


def test_an_address_with_a_subject_begins_anew_and_offers_the_draft(sign_in, alice):
    browser = sign_in(alice)
    browser.post(KEEP, new_case_data(subject="The draft"))
    page = browser.get(NEW, {"subject": "Gateway offline"})
    assert page.context["form"]["subject"].value() == "Gateway offline"
    assert "You have another draft" in page.text


def test_a_follow_up_is_continued_with_its_own_draft(sign_in, alice):
    case = make_case(alice, "Freezer alarm")
    case.move_to(status("resolved"), now=case.created_at)
    case.save()
    address, browser = f"{NEW}?follows={case.number}", sign_in(alice)
    browser.post(KEEP, new_case_data(subject="Something else"))
    assert shown(browser, address)["subject"].value() == "Freezer alarm"
    browser.post(KEEP, new_case_data(subject="It is back", follows=case.number))
    assert shown(browser, address)["subject"].value() == "It is back"
    assert shown(browser)["follows"].value() == case.number


# What is read instead of opening a case


def test_reading_a_suggestion_is_noted_once_an_hour(sign_in, alice):
    browser = sign_in(alice)
    for _ in range(3):
        assert browser.post(READ, {"url": "/knowledgebase/reset/"}).status_code == 204
    reading = SuggestionReading.objects.get()
    assert (reading.contact, reading.url) == (alice, "/knowledgebase/reset/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/a\0b",
        "/" + "x" * 300,
        "javascript:x",
    ],
)
def test_only_addresses_of_the_portal_are_noted(sign_in, alice, url):
    browser = sign_in(alice)
    assert browser.post(READ, {"url": url}).status_code == 400
    assert browser.post(SOLVED, {"url": url}).status_code == 302
    assert not SuggestionReading.objects.exists()


def test_what_solved_it_is_noted_and_no_case_is_opened(sign_in, alice):
    browser = sign_in(alice)
    browser.post(KEEP, new_case_data())
    page = browser.post(SOLVED, {"url": "/knowledgebase/reset/"}, follow=True)
    assert "No case was opened." in page.text
    assert SuggestionReading.objects.count() == 1
    assert not Draft.objects.exists()


def test_sending_the_same_case_from_two_windows_opens_one(sign_in, alice):
    data = new_case_data(submission=str(uuid.uuid4()))
    assert sign_in(alice).post(NEW, data).url == sign_in(alice).post(NEW, data).url
    assert Case.objects.count() == 1
