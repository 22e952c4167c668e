"""Replies that are sent later: in the customer's working hours, once, and not over what happened since."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Activity, OutgoingMail
from cases.actions import (
    change_status,
    merge_cases,
    reply_to_case,
    schedule_reply,
    send_due_replies,
    take_back_reply,
)
from cases.customer_hours import customer_hours, times_to_send
from cases.models import Attachment, Case, CaseMessage, ScheduledReply
from records.models import Draft
from tests.cases.factories import desk_page, make_case, pdf_upload, status
from tests.stage import shared

FRIDAY = datetime(2026, 8, 14, 15, tzinfo=UTC)
MONDAY = datetime(2026, 8, 17, 7, tzinfo=UTC)
"""Nine in Berlin."""


@shared
def case(alice):
    return make_case(alice)


def later(browser, case, at, body="Good morning!", **fields):
    data = {"visibility": "customer", "body": body, "submission": str(uuid.uuid4()), "later": at, **fields}
    return browser.post(reverse("admin:cases_case_message", args=[case.pk]), data)


def waiting(case, ada, **fields):
    due = {"goes_at": timezone.now() + timedelta(hours=1), **fields}
    return schedule_reply(actor=Actor(user=ada), case=case, body="Good morning!", **due)


def due(case):
    """The worker comes by when it is time."""
    return send_due_replies(now=timezone.now() + timedelta(days=30))


def test_times_lie_within_the_customers_working_hours(alice, case):
    alice.user.time_zone = "Europe/Berlin"
    case.contact = alice
    hours = customer_hours(case)
    assert times_to_send(hours, FRIDAY) == [MONDAY]
    assert hours.open_from(FRIDAY) == MONDAY
    assert times_to_send(hours, MONDAY) == [
        MONDAY + timedelta(hours=2), MONDAY + timedelta(days=1), MONDAY + timedelta(days=7),
    ]  # fmt: skip


def test_on_a_holiday_of_the_whole_country_nobody_is_written_to(alice, case):
    alice.user.time_zone = "Europe/Berlin"
    case.contact = alice
    case.account.country = "DE"
    assert customer_hours(case).open_from(datetime(2026, 12, 25, 10, tzinfo=UTC)).day == 28


@pytest.mark.usefixtures("noon")
def test_a_reply_waits_for_its_time_and_is_sent_once(sign_in, ada, alice, case):
    browser, at = sign_in(ada), timezone.now() + timedelta(hours=2)
    later(browser, case, at.isoformat(), status="waiting", uploads=[pdf_upload("plan.pdf")])
    assert case.messages.count() == 1
    page = browser.get(desk_page(case)).text
    for words in ("Good morning!", "Will be sent on", "plan.pdf", "Waiting for customer"):
        assert words in page
    assert "Good morning!" not in sign_in(alice).get(case.get_absolute_url()).text
    assert send_due_replies(now=at - timedelta(minutes=1)) == 0
    assert (send_due_replies(now=at), send_due_replies(now=at)) == (1, 0)
    sent = CaseMessage.objects.latest("pk")
    assert (sent.body, sent.author_user, sent.is_internal) == ("Good morning!", ada, False)
    assert [kept.name for kept in sent.attachments.all()] == ["plan.pdf"]
    assert Case.objects.get().status_id == "waiting"
    assert not ScheduledReply.objects.exists()
    assert OutgoingMail.objects.filter(to=alice.email, event="cases/reply").count() == 1


def test_a_time_outside_the_customers_hours_becomes_their_next_morning(sign_in, ada, alice, case):
    alice.user.time_zone = "Europe/Berlin"
    alice.user.save()
    with time_machine.travel(FRIDAY, tick=False):
        browser = sign_in(ada)
        answer = later(browser, case, "at", later_at="2026-08-15T20:00")
        assert "Aug" in browser.get(answer.url).text
        assert ScheduledReply.objects.get().goes_at == MONDAY


PAST = "2001-01-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("at", "fields"),
    [
        (PAST, {}),
        ("nonsense", {}),
        ("9999-12-31T23:59:59-12:00", {}),
        ("at", {"later_at": ""}),
        ("at", {"later_at": "x"}),
        ("at", {"later_at": "9999-12-31T18:00"}),
    ],
)
def test_a_time_that_makes_no_sense_is_refused_with_what_was_typed(sign_in, ada, case, at, fields):
    page = later(sign_in(ada), case, at, **fields)
    assert page.status_code == 200
    assert "later_at" in page.context["composer"].errors
    assert page.context["composer"]["body"].value() == "Good morning!"
    assert not ScheduledReply.objects.exists()


def test_a_note_is_not_sent_later(sign_in, ada, case):
    at = (timezone.now() + timedelta(days=1)).isoformat()
    page = later(sign_in(ada), case, at, visibility="internal")
    assert "Only a reply can be sent later." in page.text
    assert (case.messages.count(), ScheduledReply.objects.count()) == (1, 0)


def test_a_form_that_is_sent_twice_schedules_one_reply(sign_in, ada, case):
    at, number = (timezone.now() + timedelta(days=1)).isoformat(), str(uuid.uuid4())
    for _ in range(2):
        later(sign_in(ada), case, at, submission=number)
    assert ScheduledReply.objects.count() == 1
    due(case)
    later(sign_in(ada), case, at, submission=number)
    assert (case.messages.count(), ScheduledReply.objects.count()) == (2, 0)


def test_a_reply_is_held_when_the_customer_writes_and_its_author_is_told(sign_in, ada, alice, case):
    waiting(case, ada)
    reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="It works again.")
    assert due(case) == 0
    assert not CaseMessage.objects.filter(body="Good morning!").exists()
    mail = OutgoingMail.objects.get(event="cases/reply_held")
    assert (mail.to, mail.reply_to) == (ada.email, "")
    assert "the customer wrote in the meantime" in mail.text
    page = sign_in(ada).get(desk_page(case)).text
    assert "Held back, not sent: the customer wrote in the meantime." in page
    assert "held back a scheduled reply" in page
    assert "Good morning!" not in sign_in(alice).get(case.get_absolute_url()).text


def test_a_reply_is_held_when_the_case_is_closed_in_between(ada, case):
    waiting(case, ada)
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    assert due(case) == 0
    assert ScheduledReply.objects.get().held_because == "closed"


def test_a_reply_of_a_case_that_is_merged_is_held_where_the_conversation_goes_on(sign_in, ada, alice, case):
    other, browser = make_case(alice, "Other"), sign_in(ada)
    waiting(case, ada, uploads=[pdf_upload("plan.pdf")])
    merge_cases(actor=Actor(user=ada), case=case, into=other)
    assert due(case) == 0
    reply = ScheduledReply.objects.get()
    assert (reply.case, reply.held_because, reply.attachments.count()) == (other, "merged", 1)
    assert "was written in a case that was merged into this one" in browser.get(desk_page(other)).text
    url = reverse("admin:cases_case_scheduled", args=[other.pk])
    assert (
        browser.post(url, {"edit": reply.pk}, follow=True).context["composer"]["body"].value() == reply.body
    )


def test_the_files_of_a_reply_go_with_it(ada, case, django_capture_on_commit_callbacks):
    for is_sent in (True, False):
        reply = waiting(case, ada, uploads=[pdf_upload("plan.pdf")])
        file = reply.attachments.get().file
        with django_capture_on_commit_callbacks(execute=True):
            due(case) if is_sent else take_back_reply(actor=Actor(user=ada), reply=reply)
        assert not ScheduledReply.objects.exists()
        assert not file.storage.exists(file.name)
    sent = Attachment.objects.get(name="plan.pdf").file
    assert sent.storage.exists(sent.name)


def test_a_reply_whose_file_is_lost_is_held(ada, case):
    file = waiting(case, ada, uploads=[pdf_upload("plan.pdf")]).attachments.get().file
    file.storage.delete(file.name)
    assert due(case) == 1
    assert ScheduledReply.objects.get().held_because == "files_lost"
    assert case.messages.count() == 1


def test_nothing_is_sent_in_the_name_of_whoever_has_left(ada, alice, case):
    waiting(case, ada)
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    assert due(case) == 1
    assert case.messages.count() == 1
    assert ScheduledReply.objects.get().held_because == "author_left"


def test_a_worker_that_is_killed_while_it_sends_leaves_the_reply_to_the_next(ada, case):
    """It dies before its transaction is over."""
    waiting(case, ada)
    with suppress(KeyboardInterrupt), transaction.atomic():
        due(case)
        raise KeyboardInterrupt
    assert (case.messages.count(), ScheduledReply.objects.count()) == (1, 1)
    assert due(case) == 1
    assert (case.messages.count(), ScheduledReply.objects.count()) == (2, 0)


def test_a_reply_that_resolves_the_case_is_sent_and_holds_only_the_others(ada, case):
    waiting(case, ada, status=status("resolved"))
    waiting(case, ada, goes_at=timezone.now() + timedelta(days=60))
    assert due(case) == 1
    assert Case.objects.get().status_id == "resolved"
    assert case.messages.count() == 2
    assert ScheduledReply.objects.get().held_because == "closed"
    assert OutgoingMail.objects.filter(event="cases/reply_held").count() == 1


def test_a_reply_whose_status_the_case_can_no_longer_have_is_held_with_its_files(ada, case):
    Case.objects.update(status="cancelled", category="cancelled", closed_at=timezone.now())
    waiting(case, ada, status=status("waiting"), uploads=[pdf_upload("plan.pdf")])
    assert due(case) == 1
    held = ScheduledReply.objects.get()
    assert (held.held_because, held.attachments.get().name) == ("refused", "plan.pdf")
    assert case.messages.count() == 1


def test_a_reply_is_put_back_into_the_composer_to_be_changed(sign_in, ada, case):
    reply, browser = waiting(case, ada, status=status("waiting")), sign_in(ada)
    browser.post(reverse("admin:cases_case_composing", args=[case.pk]), {"writing": "yes", "body": "Half"})
    url = reverse("admin:cases_case_scheduled", args=[case.pk])
    page = browser.post(url, {"edit": reply.pk}, follow=True)
    assert page.context["composer"]["body"].value() == "Half\n\nGood morning!"
    assert page.context["composer"]["status"].value() == "waiting"
    assert "already been sent or withdrawn" in browser.post(url, {"edit": reply.pk}, follow=True).text
    assert not ScheduledReply.objects.exists()
    assert Activity.objects.filter(verb="case.reply_taken_back").count() == 1
    assert due(case) == 0


def test_a_reply_is_discarded_and_one_of_another_case_is_left_alone(sign_in, ada, alice, case):
    other = make_case(alice, "Other")
    reply, browser = waiting(case, ada), sign_in(ada)
    for number, left in ((other.pk, 1), (case.pk, 0)):
        browser.post(reverse("admin:cases_case_scheduled", args=[number]), {"discard": reply.pk})
        assert ScheduledReply.objects.count() == left
    assert not Draft.objects.exists()
