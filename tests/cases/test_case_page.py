"""The page of one case: nothing typed is lost, what is new is found, and what belongs together is linked."""

import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.actors import Actor
from accounts.models import RecordPermission
from cases.actions import add_participants, change_status, reply_to_case
from cases.models import Case, CaseMessage
from records.models import Draft
from tests.cases.factories import make_case, make_staff_reply, pdf_upload, status
from tests.factories import grant
from tests.stage import shared

NEW_CASE = reverse("cases:new")


@shared
def case(alice: Any) -> Case:
    return make_case(alice)


def reply(browser: Any, case: Case, body: str, **fields: Any) -> Any:
    data = {"body": body, "submission": str(uuid.uuid4()), **fields}
    return browser.post(reverse("cases:reply", args=[case.number]), data, follow=True)


def do(browser: Any, case: Case, deed: str, **data: Any) -> Any:
    return browser.post(reverse("cases:conduct", args=[case.number, deed]), data, follow=True)


def end(case: Case, ada: Any, how: str) -> None:
    change_status(actor=Actor(user=ada), case=case, status=status(how))


def png(size: tuple[int, int] = (1600, 900)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, "teal").save(content, "PNG")
    return content.getvalue()


# What is typed


@pytest.mark.parametrize("how", ["cancelled", "resolved"])
def test_alice_whose_case_was_ended_while_she_typed_takes_her_words_along(sign_in, alice, ada, case, how):
    end(case, ada, how)
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        browser = sign_in(alice)
        page = reply(browser, case, "The **log** says E4.")
        assert page.status_code == 200
        assert "Your reply was not sent" in page.text
        assert "The **log** says E4.</textarea>" in page.text
        kept = {
            "step": "refresh",
            "follows": case.number,
            "subject": case.subject,
            "description": "The **log** says E4.",
        }
        form = browser.post(NEW_CASE, {**kept, "request_type": case.request_type_id, "product": ""}).context[
            "form"
        ]
    assert form["description"].value() == "The **log** says E4."
    assert form.followed_case == case
    assert case.messages.count() == 1


@pytest.mark.parametrize("deed", ["resolve", "rate", "cancel", "priority", "escalate", "reopen", "people"])
def test_alice_is_told_that_her_cancelled_case_has_moved_on(sign_in, alice, ada, case, deed):
    end(case, ada, "cancelled")
    page = do(sign_in(alice), case, deed, rating="5", priority="high")
    assert page.redirect_chain[-1][0] == case.get_absolute_url()
    assert "changed in the meantime" in page.text


def test_alice_cancels_twice_and_is_not_refused(sign_in, alice, case):
    browser = sign_in(alice)
    for _click in range(2):
        assert do(browser, case, "cancel").status_code == 200


def test_a_colleague_who_only_reads_is_refused_on_a_cancelled_case_too(sign_in, fiona, ada, case):
    grant(fiona, "case", "account", "read")
    end(case, ada, "cancelled")
    browser = sign_in(fiona)
    assert do(browser, case, "cancel").status_code == 403
    assert reply(browser, case, "Me, too.").status_code == 403


def test_another_text_with_the_same_submission_is_not_dropped(sign_in, alice, case):
    browser, submission = sign_in(alice), str(uuid.uuid4())
    reply(browser, case, "First.", submission=submission)
    page = reply(browser, case, "Second.", submission=submission)
    assert "Your reply is sent" not in page.text
    assert "Second.</textarea>" in page.text
    again = page.context["form"]["submission"].value()
    assert again != submission
    reply(browser, case, "Second.", submission=again)
    assert [message.body for message in case.messages.all()][1:] == ["First.", "Second."]


def test_a_draft_that_comes_after_its_reply_is_not_kept(sign_in, alice, case):
    browser, submission, keep = (
        sign_in(alice),
        str(uuid.uuid4()),
        reverse("cases:reply_draft", args=[case.number]),
    )
    assert browser.post(keep, {"body": "Half", "submission": submission}).json() == {"saved": True}
    assert "Your draft has been restored." in browser.get(case.get_absolute_url()).text
    reply(browser, case, "Half a thought", submission=submission)
    assert browser.post(keep, {"body": "Half a thou", "submission": submission}).json() == {"saved": False}
    assert not Draft.objects.exists()


@pytest.mark.parametrize("body", [b"body=%ED%A0%80%FF%00x", b"body=" + b"x" * 30_000])
def test_hostile_text_in_a_draft_of_a_reply_is_no_error(sign_in, alice, case, body):
    browser = sign_in(alice)
    keep = reverse("cases:reply_draft", args=[case.number])
    assert browser.post(keep, body, content_type="application/x-www-form-urlencoded").status_code == 200
    assert browser.get(case.get_absolute_url()).status_code == 200


def test_the_priority_that_it_has_already_is_no_change_and_the_reason_stays(sign_in, alice, case):
    page = do(sign_in(alice), case, "priority", priority="normal", reason="The line stands still")
    assert "The priority is already Normal." in page.text
    assert "The line stands still</textarea>" in page.text


def test_an_empty_file_is_named(sign_in, alice, case):
    page = reply(
        sign_in(alice),
        case,
        "See these.",
        uploads=[pdf_upload("good.pdf"), pdf_upload("nothing in it.pdf", b"")],
    )
    assert "nothing in it.pdf is empty." in page.text
    assert case.messages.count() == 1


def test_a_reply_that_was_sent_by_a_script_leads_to_its_place_in_the_conversation(sign_in, alice, case):
    data = {"body": "With files.", "submission": str(uuid.uuid4()), "uploads": [pdf_upload()]}
    answer = sign_in(alice).post(
        reverse("cases:reply", args=[case.number]), data, headers={"HX-Request": "true"}
    )
    assert answer["HX-Redirect"] == f"{case.get_absolute_url()}#message-{CaseMessage.objects.latest('pk').pk}"


# What is new


def listed(browser: Any, case: Case) -> str:
    page = browser.get(reverse("cases:list")).text
    return page.split(f'href="{case.get_absolute_url()}', 1)[1].split("</li>", 1)[0]


def test_an_answer_to_a_case_that_alice_never_looked_at_is_new(sign_in, alice, ada, case):
    browser = sign_in(alice)
    assert ">New</span> <p" not in listed(browser, case)
    make_staff_reply(case, ada, "Here is what to do.")
    assert listed(browser, case).startswith('#new"')
    page = browser.get(case.get_absolute_url()).text
    assert page.index('id="new"') < page.index("Here is what to do.")
    assert "New since today" in page
    assert 'id="new"' not in browser.get(case.get_absolute_url()).text


def test_what_was_said_before_fiona_joined_is_not_new_to_her_and_what_comes_after_is(
    sign_in, alice, fiona, ada, case
):
    make_staff_reply(case, ada, "Before.")
    add_participants(actor=Actor(user=alice.user, contact=alice), case=case, contacts=[fiona])
    browser = sign_in(fiona)
    assert not listed(browser, case).startswith('#new"')
    make_staff_reply(case, ada, "After.")
    assert listed(browser, case).startswith('#new"')
    page = browser.get(case.get_absolute_url()).text
    assert page.index("Before.") < page.index('id="new"') < page.index("After.")


def test_what_alice_wrote_herself_by_mail_is_not_new_to_her(sign_in, alice, case):
    reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="By mail.")
    assert not listed(sign_in(alice), case).startswith('#new"')


def test_to_ivan_who_has_nothing_to_do_with_the_case_nothing_is_new(sign_in, ivan, ada, case):
    make_staff_reply(case, ada)
    assert not listed(sign_in(ivan), case).startswith('#new"')


def test_looking_at_a_case_without_news_writes_nothing(sign_in, alice, case):
    browser = sign_in(alice)
    browser.get(case.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        browser.get(case.get_absolute_url())
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert len(queries) <= 7


# One's own words


def test_own_words_stay_once_somebody_has_answered(sign_in, alice, ada, case):
    message = reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="Teh gateway")
    url, browser = reverse("cases:reply_edit", args=[case.number, message.pk]), sign_in(alice)
    assert ">until " in browser.get(case.get_absolute_url()).text
    make_staff_reply(case, ada)
    assert url not in browser.get(case.get_absolute_url()).text
    assert "Someone has replied" in browser.get(url, follow=True).text
    page = browser.post(url, {"body": "The gateway"})
    assert "Someone has replied" in page.text
    assert "The gateway</textarea>" in page.text
    message.refresh_from_db()
    assert message.body == "Teh gateway"


def test_own_words_stay_in_a_closed_case(sign_in, alice, case):
    browser = sign_in(alice)
    message = reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="Teh gateway")
    do(browser, case, "resolve")
    url = reverse("cases:reply_edit", args=[case.number, message.pk])
    assert url not in browser.get(case.get_absolute_url()).text
    assert "The case is closed" in browser.post(url, {"body": "The gateway"}).text


# What is shown


def test_a_picture_is_shown_small_and_opens_whole(sign_in, alice, charlie, case):
    browser = sign_in(alice)
    reply(browser, case, "See.", uploads=[pdf_upload("shelf 1.png", png()), pdf_upload("log.pdf")])
    picture = CaseMessage.objects.latest("pk").attachments.get(name="shelf 1.png").get_absolute_url()
    page = browser.get(case.get_absolute_url()).text
    assert f'<img src="{picture}?small" alt="" width="192" height="144" loading="lazy"' in page
    assert f'href="{picture}" target="_blank" rel="noopener"' in page
    assert page.count("<img src=") == 1
    small = browser.get(picture, {"small": ""})
    assert Image.open(BytesIO(small.content)).size == (384, 216)
    assert (small["Content-Type"], small["X-Content-Type-Options"], small["Cache-Control"]) == (
        "image/webp",
        "nosniff",
        "private, no-store",
    )
    assert sign_in(charlie).get(picture, {"small": ""}).status_code == 404


def test_a_picture_that_cannot_be_made_small_is_given_as_it_is(sign_in, alice, case):
    browser, content = sign_in(alice), png((9000, 9000))
    reply(browser, case, "See.", uploads=[pdf_upload("large.png", content)])
    picture = CaseMessage.objects.latest("pk").attachments.get().get_absolute_url()
    assert b"".join(browser.get(picture, {"small": ""}).streaming_content) == content


def test_a_bare_address_becomes_a_link(sign_in, alice, case):
    page = reply(sign_in(alice), case, "See https://docs.example/e4?x=1. Not setup.py.")
    assert (
        '<a href="https://docs.example/e4?x=1" rel="nofollow noopener">https://docs.example/e4?x=1</a>.'
        in page.text
    )
    assert ">setup.py<" not in page.text


def test_a_long_message_is_folded(sign_in, alice, ada, case):
    browser = sign_in(alice)
    make_staff_reply(case, ada, "\n".join(f"Line {n}" for n in range(30)))
    assert "Show all" not in browser.get(case.get_absolute_url()).text
    make_staff_reply(case, ada, "\n".join(f"Line {n}" for n in range(60)))
    page = browser.get(case.get_absolute_url()).text
    assert page.count("Show all") == 1
    assert "Line 59" in page


def test_a_follow_up_and_the_case_before_it_are_linked(sign_in, alice, ada, case):
    end(case, ada, "resolved")
    later = make_case(alice, "It is back", follows_up=case)
    browser = sign_in(alice)
    assert (
        f'<a href="{case.get_absolute_url()}">{case.number}</a>' in browser.get(later.get_absolute_url()).text
    )
    assert (
        f'<a href="{later.get_absolute_url()}">{later.number}</a>'
        in browser.get(case.get_absolute_url()).text
    )


def test_fiona_sees_no_follow_up_that_she_may_not_read(sign_in, alice, fiona, ada, case):
    add_participants(actor=Actor(user=alice.user, contact=alice), case=case, contacts=[fiona])
    later = make_case(alice, "It is back", follows_up=case)
    browser = sign_in(fiona)
    page = browser.get(case.get_absolute_url()).text
    assert later.number not in page
    assert later.subject not in page
    add_participants(actor=Actor(user=alice.user, contact=alice), case=later, contacts=[fiona])
    case.participants.all().delete()
    assert case.number not in browser.get(later.get_absolute_url()).text


def test_only_the_one_who_opened_it_is_told_that_a_case_waits_for_them(sign_in, alice, fiona, ada, case):
    add_participants(actor=Actor(user=alice.user, contact=alice), case=case, contacts=[fiona])
    make_staff_reply(case, ada, "Which one?", status="waiting")
    assert "We will continue as soon as you reply." in sign_in(alice).get(case.get_absolute_url()).text
    page = sign_in(fiona).get(case.get_absolute_url()).text
    assert "as soon as you reply" not in page
    assert "Waiting for Alice Tester since" in page


def test_alice_rates_with_one_click(sign_in, alice, ada, case):
    end(case, ada, "resolved")
    browser = sign_in(alice)
    assert 'name="rating" value="4"' in browser.get(case.get_absolute_url()).text
    do(browser, case, "rate", rating="4")
    case.refresh_from_db()
    assert case.rating == 4
    assert 'name="rating"' not in browser.get(case.get_absolute_url()).text


def test_what_one_person_does_on_ones_own_heels_is_one_line(sign_in, alice, fiona, case):
    actor = Actor(user=alice.user, contact=alice)
    add_participants(actor=actor, case=case, contacts=[fiona])
    browser = sign_in(alice)
    browser.post(reverse("cases:participant_remove", args=[case.number, fiona.pk]))
    add_participants(actor=actor, case=case, contacts=[fiona])
    entries = [
        entry for entry in browser.get(case.get_absolute_url()).context["entries"] if not entry.is_message
    ]
    assert [(entry.text, entry.icon) for entry in entries] == [
        ("added Fiona Tester, removed Fiona Tester from the loop, added Fiona Tester", "people")
    ]


def test_a_contact_who_may_open_no_more_cases_takes_the_words_along_by_hand(sign_in, ivan, ada, alice, case):
    end(case, ada, "cancelled")
    RecordPermission.objects.filter(record_type="case").update(can_create=False)
    page = reply(sign_in(ivan), case, "Mine.")
    assert "Mine.</textarea>" in page.text
    assert "follow-up case</button>" not in page.text
