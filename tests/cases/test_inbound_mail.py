"""Answers by mail: whose they are, what is taken of them, and what happens to everything else."""

import hmac
import time
from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import OutgoingMail
from cases.actions import change_status
from cases.inbound import mailbox as imap
from cases.inbound.parse import parse
from cases.inbound.receive import keep, read
from cases.models import Attachment, Case, CaseMessage, InboundMail
from cases.reply_address import read_reply_address, reply_address
from tests.cases.factories import PDF, make_case, make_staff_reply, status
from tests.cases.mails import mailbox, make_mail
from tests.factories import make_contact, make_user

SECRET = "a-shared-secret"


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.CASE_MAIL_ADDRESS = "cases@support.example"
    settings.CASE_MAIL_SECRET = SECRET


@pytest.fixture
def case(alice: Any) -> Case:
    return make_case(alice)


def take_in(message: EmailMessage | bytes) -> InboundMail:
    return read(mail_id=keep(bytes(message)).pk)


def said(case: Case) -> list[str]:
    return [message.body for message in case.messages.order_by("pk")[1:]]


def test_every_mail_of_a_case_can_be_answered_and_says_so(alice, ada, case):
    make_staff_reply(case, ada)
    mail = OutgoingMail.objects.get(event="cases/reply")
    assert read_reply_address(mail.reply_to).contact_id == alice.pk
    assert "Write your answer above this line" in mail.text
    assert "Write your answer above this line" in mail.html


def test_nothing_is_said_about_answers_where_no_mailbox_is_configured(settings, case, ada):
    settings.CASE_MAIL_ADDRESS = ""
    make_staff_reply(case, ada)
    mail = OutgoingMail.objects.get(event="cases/reply")
    assert (mail.reply_to, "above this line" in mail.text) == ("", False)


def test_alices_answer_by_mail_is_in_the_case(alice, case):
    text = "It works now.\nThank you!\n\nOn Tue, 24 Nov 2026 at 10:00, Support <s@support.example> wrote:\n> Please restart it.\n"
    stored = take_in(make_mail(reply_address(case, contact=alice), f"Alice <{alice.email.upper()}>", text))
    assert (stored.outcome, stored.case) == ("added", case)
    assert said(case) == ["It works now.\nThank you!"]
    assert CaseMessage.objects.latest("pk").author_contact == alice


def test_what_stands_below_our_line_is_not_taken(alice, case):
    text = "Yes.\n\n-=+=- Schreiben Sie Ihre Antwort über diese Zeile -=+=-\n\nHello Alice, did it help?"
    take_in(make_mail(reply_address(case, contact=alice), alice.email, text))
    assert said(case) == ["Yes."]


def test_the_same_message_is_taken_once(alice, case):
    message = make_mail(reply_address(case, contact=alice), alice.email)
    for _delivery in range(3):
        take_in(message)
    assert (len(said(case)), InboundMail.objects.count()) == (1, 1)


def test_a_message_without_a_name_of_its_own_is_taken_once(alice, case):
    message = make_mail(reply_address(case, contact=alice), alice.email)
    del message["Message-ID"]
    for _delivery in range(2):
        take_in(message)
    assert len(said(case)) == 1


def test_a_waiting_case_goes_on(alice, ada, case):
    make_staff_reply(case, ada, status="waiting")
    take_in(make_mail(reply_address(case, contact=alice), alice.email))
    case.refresh_from_db()
    assert case.category == "active"


def test_an_agent_answers_by_mail(alice, ada, case):
    Case.objects.update(assigned_to=ada)
    stored = take_in(make_mail(reply_address(case, user=ada), ada.email, "Please restart it."))
    assert stored.outcome == "added"
    assert CaseMessage.objects.latest("pk").author_user == ada
    assert OutgoingMail.objects.filter(to=alice.email, event="cases/reply").exists()


def test_staff_who_may_not_work_on_cases_do_not_answer(case):
    viewer = make_user("viewer@portal.example", is_staff=True)
    assert take_in(make_mail(reply_address(case, user=viewer), viewer.email)).outcome == "refused"


def test_an_attachment_is_kept_and_one_that_is_not_accepted_is_named(alice, case):
    message = make_mail(reply_address(case, contact=alice), alice.email, "See the files.")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="steps.pdf")
    message.add_attachment(b"MZ\x90\x00", maintype="application", subtype="octet-stream", filename="../../run\u202egpj.exe")
    take_in(message)
    assert [file.name for file in Attachment.objects.all()] == ["steps.pdf"]
    told = OutgoingMail.objects.get(event="cases/inbound_files")
    assert told.to == alice.email
    assert "not accepted" in told.text


def test_files_alone_are_an_answer(alice, case):
    message = make_mail(reply_address(case, contact=alice), alice.email, "\n")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="steps.pdf")
    assert take_in(message).outcome == "added"
    assert Attachment.objects.count() == 1


def test_a_mail_in_html_alone_is_read(alice, case):
    message = make_mail(reply_address(case, contact=alice), alice.email)
    message.set_content(
        "<style>p{}</style><body><p>It &amp; all works</p><div class='gmail_quote'>Old</div></body></html>",
        subtype="html",
    )
    take_in(message)
    assert said(case) == ["It & all works"]


@pytest.mark.parametrize("change", ["signature", "number", "person"])
def test_an_address_that_was_made_up_is_refused(alice, charlie, case, change):
    address = reply_address(case, contact=alice)
    other = make_case(charlie)
    forged = {
        "signature": address.replace("@", "0@", 1) if "0@" not in address else address.replace("0@", "1@"),
        "number": address.replace(case.number.lower(), other.number.lower()),
        "person": address.replace(f".c{alice.pk}.", f".c{charlie.pk}."),
    }[change]
    assert take_in(make_mail(forged, alice.email)).outcome == "refused"
    assert said(case) == []
    assert said(other) == []


def test_who_got_the_mail_forwarded_cannot_answer_as_alice(alice, case):
    stored = take_in(make_mail(reply_address(case, contact=alice), "mallory@elsewhere.example"))
    assert stored.outcome == "refused"
    assert said(case) == []
    told = OutgoingMail.objects.get(event="cases/inbound_refused")
    assert told.to == "mallory@elsewhere.example"
    assert case.subject not in told.text.replace("Re: Gateway is offline", "")


def test_who_was_deactivated_does_not_answer_any_more(alice, case):
    address = reply_address(case, contact=alice)
    alice.deactivate()
    assert take_in(make_mail(address, alice.email)).outcome == "refused"


def test_who_no_longer_sees_the_case_does_not_answer(alice, acme, case):
    ivan = make_contact("Ivan", acme, "Portal IT User")
    address = reply_address(case, contact=ivan)
    ivan.roles.clear()
    assert take_in(make_mail(address, ivan.email)).outcome == "refused"


def test_a_case_that_was_resolved_long_ago_stays_so(alice, ada, case):
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        stored = take_in(make_mail(reply_address(case, contact=alice), alice.email))
    assert (stored.outcome, "follow-up" in stored.reason) == ("refused", True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<news.acme.example>"},
        {"Return_Path": "<>"},
    ],
)
def test_automatic_messages_are_kept_and_never_answered(alice, case, headers):
    assert take_in(make_mail(reply_address(case, contact=alice), alice.email, **headers)).outcome == "ignored"
    assert said(case) == []
    assert not OutgoingMail.objects.filter(event__startswith="cases/inbound").exists()


def test_a_stranger_is_told_three_times_a_day_at_most(case):
    for number in range(6):
        take_in(make_mail("cases@support.example", "stranger@elsewhere.example", f"Hello {number}"))
    assert OutgoingMail.objects.filter(event="cases/inbound_refused").count() == 3
    assert InboundMail.objects.count() == 6


def test_a_flood_is_ignored(alice, case):
    for number in range(33):
        take_in(make_mail(reply_address(case, contact=alice), alice.email, f"Message {number}"))
    assert InboundMail.objects.filter(outcome="ignored").count() == 3


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: a@b.example, c@d.example\r\n\r\nHi",
        b"From: nobody\r\n\r\nHi",
        b"Subject: only\r\n\r\n",
    ],
)
def test_what_cannot_be_read_is_kept(db, raw):
    stored = take_in(raw)
    assert (stored.outcome, bytes(stored.raw)) == ("failed", raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\nHi there",
        b"From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGkgdGhlcmU\xff",
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHi there",
        b"From: =?utf-8?q?A?= <a@b.example>\r\nSubject: =?x?q?=ff?=\r\n\r\nHi there",
        b"From: a@b.example\r\n\r\nHi \x00there",
    ],
)
def test_broken_mail_is_read_as_far_as_it_goes(raw):
    assert parse(raw).text.replace("\ufffd", "").startswith("Hi")


def signed(raw: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    timestamp = str(int(at or time.time()))
    signature = hmac.new(secret.encode(), f"{timestamp}.".encode() + raw, sha256).hexdigest()
    return {"X-Timestamp": timestamp, "X-Signature": signature}


def deliver(browser: Any, raw: bytes, headers: dict[str, str], content_type: str = "message/rfc822") -> int:
    return browser.post(reverse("cases:inbound_mail"), raw, content_type=content_type, headers=headers).status_code


def test_a_mail_service_delivers_an_answer(visitor, alice, case, run_jobs):
    raw = bytes(make_mail(reply_address(case, contact=alice), alice.email, "By the hook."))
    assert deliver(visitor, raw, signed(raw)) == 202
    run_jobs()
    assert said(case) == ["By the hook."]


def test_an_unsigned_or_old_delivery_is_refused(visitor, case):
    raw = bytes(make_mail("cases@support.example", "a@b.example"))
    assert deliver(visitor, raw, {}) == 403
    assert deliver(visitor, raw, signed(raw, secret="other")) == 403
    assert deliver(visitor, raw, signed(raw, at=time.time() - 3600)) == 403
    assert deliver(visitor, raw, signed(raw + b"x")) == 403
    assert deliver(visitor, raw, {"X-Timestamp": "²", "X-Signature": "ü"}) == 403
    assert deliver(visitor, raw, signed(raw), "application/x-www-form-urlencoded") == 415
    assert not InboundMail.objects.exists()


def test_there_is_no_door_where_no_secret_is_configured(visitor, settings, db):
    settings.CASE_MAIL_SECRET = ""
    assert deliver(visitor, b"x", signed(b"x")) == 404


def test_answers_are_fetched_from_a_mailbox_once(alice, case, run_jobs):
    with mailbox(make_mail(reply_address(case, contact=alice), alice.email, "From the mailbox.")) as url:
        assert imap.fetch(url) == 1
        assert imap.fetch(url) == 0
    run_jobs()
    assert said(case) == ["From the mailbox."]


def test_a_wrong_password_loses_nothing(db):
    with mailbox(make_mail("cases@support.example", "a@b.example")) as url:
        with pytest.raises(Exception, match="wrong password"):
            imap.fetch(url.replace("secret", "guess"))
        assert imap.fetch(url) == 1
