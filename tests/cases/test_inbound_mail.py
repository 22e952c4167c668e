"""Answers by mail: whose they are, what is taken of them, and what happens to everything else."""

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from django.utils.http import int_to_base36

from accounts.actors import Actor
from accounts.models import OutgoingMail, RecordPermission, User
from cases.actions import change_status
from cases.models import Attachment, Case, CaseMessage
from records.inbound.parse import parse
from records.inbound.receive import keep, read
from records.models import InboundMail
from records.reply_address import read_reply_address, reply_address
from tests.cases.factories import PDF, make_case, make_staff_reply, picture_upload, status
from tests.cases.mails import make_mail, reply_of
from tests.factories import make_contact, make_user
from tests.stage import shared


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.MAIL_IN_ADDRESS = "cases@support.example"


@shared
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
    assert "Reply above this line" in mail.text
    assert "Reply above this line" in mail.html


def test_nothing_is_said_about_answers_where_no_mailbox_is_configured(settings, case, ada):
    settings.MAIL_IN_ADDRESS = ""
    make_staff_reply(case, ada)
    mail = OutgoingMail.objects.get(event="cases/reply")
    assert (mail.reply_to, "above this line" in mail.text) == ("", False)


def test_alices_answer_by_mail_is_in_the_case(alice, case):
    text = "It works now.\nThank you!\n\nOn Tue, 24 Nov 2026 at 10:00, Support <s@support.example> wrote:\n> Please restart it.\n"  # noqa: E501
    stored = take_in(
        make_mail(reply_address("c", case, contact=alice), f"Alice <{alice.email.upper()}>", text)
    )
    assert (stored.outcome, stored.record_id) == ("added", case.pk)
    assert said(case) == ["It works now.\nThank you!"]
    assert CaseMessage.objects.latest("pk").author_contact == alice


def test_what_stands_below_our_line_is_not_taken(alice, case):
    text = "Yes.\n\n-=+=- Schreiben Sie Ihre Antwort über diese Zeile -=+=-\n\nHello Alice, did it help?"
    take_in(make_mail(reply_address("c", case, contact=alice), alice.email, text))
    assert said(case) == ["Yes."]


def test_the_same_message_is_taken_once(alice, case):
    message = make_mail(reply_address("c", case, contact=alice), alice.email)
    for _delivery in range(3):
        take_in(message)
    assert (len(said(case)), InboundMail.objects.count()) == (1, 1)


def test_a_message_without_a_name_of_its_own_is_taken_once(alice, case):
    message = make_mail(reply_address("c", case, contact=alice), alice.email)
    del message["Message-ID"]
    for _delivery in range(2):
        take_in(message)
    assert len(said(case)) == 1


def test_a_waiting_case_goes_on(alice, ada, case):
    make_staff_reply(case, ada, status="waiting")
    take_in(make_mail(reply_address("c", case, contact=alice), alice.email))
    case.refresh_from_db()
    assert case.category == "active"


def test_an_agent_answers_by_mail(alice, ada, case, settings):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    Case.objects.update(assigned_to=ada)
    passed = "mx.support.example; dmarc=pass header.from=portal.example"
    stored = take_in(
        make_mail(
            reply_address("c", case, user=ada), ada.email, "Please restart it.", Authentication_Results=passed
        )
    )
    assert stored.outcome == "added"
    assert CaseMessage.objects.latest("pk").author_user == ada
    assert OutgoingMail.objects.filter(to=alice.email, event="cases/reply").exists()


def vouched(to, sender, text="Please restart it."):
    """A mail whose sender a mail server made sure of."""
    passed = f"mx.support.example; dmarc=pass header.from={sender.partition('@')[2]}"
    return make_mail(to, sender, text, Authentication_Results=passed)


def test_staff_who_may_not_work_on_cases_do_not_answer(case, settings):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    viewer = make_user("viewer@portal.example", is_staff=True)
    assert take_in(vouched(reply_address("c", case, user=viewer), viewer.email)).outcome == "refused"
    viewer.user_permissions.add(Permission.objects.get(codename="change_case"))
    assert take_in(vouched(reply_address("c", case, user=viewer), viewer.email, "Again.")).outcome == "added"


def test_who_got_an_agents_mail_forwarded_cannot_answer_as_the_agent(alice, ada, case, settings):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    assert take_in(vouched(reply_address("c", case, user=ada), alice.email)).outcome == "refused"
    assert said(case) == []


def test_an_address_that_nobody_has_confirmed_is_not_the_contacts(alice, case):
    claimed = EmailAddress.objects.create(user=alice.user, email="alice@private.example", verified=False)
    message = make_mail(reply_address("c", case, contact=alice), claimed.email)
    assert take_in(message).outcome == "refused"
    EmailAddress.objects.update(verified=True)
    assert (
        take_in(make_mail(reply_address("c", case, contact=alice), claimed.email, "From home.")).outcome
        == "added"
    )


def test_who_can_no_longer_sign_in_does_not_answer(alice, case):
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    assert take_in(make_mail(reply_address("c", case, contact=alice), alice.email)).outcome == "refused"
    assert said(case) == []


def test_an_attachment_is_kept_and_one_that_is_not_accepted_is_named(alice, case):
    message = make_mail(reply_address("c", case, contact=alice), alice.email, "See the files.")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="steps.pdf")
    message.add_attachment(
        b"MZ\x90\x00", maintype="application", subtype="octet-stream", filename="../../run\u202egpj.exe"
    )
    take_in(message)
    assert [file.name for file in Attachment.objects.all()] == ["steps.pdf"]
    told = OutgoingMail.objects.get(event="records/inbound_files")
    assert (told.to, told.in_reply_to) == (alice.email, message["Message-ID"])
    assert "cannot be sent" in told.text


def picture() -> bytes:
    return picture_upload().read()


def with_logo(to, sender, text):
    """As Outlook sends it: the picture of a signature within the HTML."""
    message = make_mail(to, sender, text)
    message.add_alternative(f"<p>{text}</p><p>Alice<br>Acme</p><img src='cid:logo'>", subtype="html")
    related = message.get_payload()[1]
    related.add_related(
        picture(), "image", "png", cid="<logo>", filename="image001.png", disposition="inline"
    )
    return message


def test_the_logo_of_a_signature_is_not_a_file_at_each_reply(alice, case):
    address = reply_address("c", case, contact=alice)
    for text in ("First.", "Second.", "Third."):
        assert take_in(with_logo(address, alice.email, text)).outcome == "added"
    assert said(case) == ["First.", "Second.", "Third."]
    assert Attachment.objects.count() == 1


def test_a_picture_that_is_attached_again_is_kept_again(alice, case):
    for text in ("First.", "Second."):
        message = make_mail(reply_address("c", case, contact=alice), alice.email, text)
        message.add_attachment(picture(), maintype="image", subtype="png", filename="lamp.png")
        take_in(message)
    assert Attachment.objects.count() == 2


def test_a_mail_that_is_attached_is_kept_and_can_be_read_beside_the_message(alice, case, sign_in):
    message = make_mail(reply_address("c", case, contact=alice), alice.email, "See what the lab says.")
    message.add_attachment(
        make_mail(alice.email, "lab@lab.example", "The probe shows 4.7.", subject="Probe 7")
    )
    stored = take_in(message)
    assert reply_of(stored).body == "See what the lab says."
    page = sign_in(alice).get(case.get_absolute_url()).content.decode()
    assert "From: lab@lab.example\nSubject: Probe 7\n\nThe probe shows 4.7." in page
    file = sign_in(alice).get(Attachment.objects.get().get_absolute_url())
    assert (file["Content-Type"], b"The probe shows 4.7." in b"".join(file)) == ("message/rfc822", True)


def test_a_mail_to_hundreds_of_people_reaches_the_case(alice, case):
    others = ", ".join(f"Person Number {number} <person{number}@acme.example>" for number in range(220))
    message = make_mail(f"{others}, {reply_address('c', case, contact=alice)}", alice.email, "To all of you.")
    assert (take_in(message).outcome, said(case)) == ("added", ["To all of you."])


def test_who_sends_files_packed_in_a_way_that_nobody_can_open_reads_what_to_do(alice, case):
    message = make_mail(reply_address("c", case, contact=alice), alice.email, "See the file.")
    message.add_attachment(
        b"\x78\x9f\x3e\x22\1\0" + b"\xff" * 20,
        maintype="application",
        subtype="ms-tnef",
        filename="winmail.dat",
    )
    assert take_in(message).outcome == "added"
    assert "in HTML or plain text" in OutgoingMail.objects.get(event="records/inbound_files").text


def test_files_alone_are_an_answer(alice, case):
    message = make_mail(reply_address("c", case, contact=alice), alice.email, "\n")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="steps.pdf")
    assert take_in(message).outcome == "added"
    assert Attachment.objects.count() == 1


def test_a_mail_in_html_alone_is_read(alice, case):
    message = make_mail(reply_address("c", case, contact=alice), alice.email)
    message.set_content(
        "<style>p{}</style><body><p>It &amp; all works</p><div class='gmail_quote'>"
        "<blockquote>-=+=- Reply above this line -=+=-<p>Old</p></blockquote></div></body></html>",
        subtype="html",
    )
    take_in(message)
    assert said(case) == ["It & all works"]


def about(address, case):
    """The address, as if it had been made for another case."""
    return re.sub(r"\+c-\w+", f"+c-{int_to_base36(case.pk)}", address)


@pytest.mark.parametrize("change", ["signature", "record", "code", "person"])
def test_an_address_that_was_made_up_is_refused(alice, charlie, case, change):
    address = reply_address("c", case, contact=alice)
    other = make_case(charlie)
    forged = {
        "signature": address.replace("@", "0@", 1) if "0@" not in address else address.replace("0@", "1@"),
        "record": about(address, other),
        "code": address.replace("+c-", "+x-"),
        "person": address.replace(f".c{int_to_base36(alice.pk)}.", f".c{int_to_base36(charlie.pk)}."),
    }[change]
    assert take_in(make_mail(forged, alice.email)).outcome == "refused"
    assert said(case) == []
    assert said(other) == []


def test_an_address_for_one_case_is_none_for_another_of_the_same_person(alice, case):
    address, other = reply_address("c", case, contact=alice), make_case(alice)
    last = address.partition("@")[0][-1]
    for forged in (
        about(address, other),
        address.replace(f"{last}@", f"{'0' if last != '0' else '1'}@"),
    ):
        assert take_in(make_mail(forged, alice.email)).outcome == "refused"
    assert said(case) == said(other) == []


def test_who_got_the_mail_forwarded_cannot_answer_as_alice(alice, case):
    stored = take_in(make_mail(reply_address("c", case, contact=alice), "mallory@elsewhere.example"))
    assert stored.outcome == "refused"
    assert said(case) == []
    told = OutgoingMail.objects.get(event="records/inbound_refused")
    assert told.to == "mallory@elsewhere.example"
    assert case.subject not in told.text.replace("Re: Gateway is offline", "")


def test_who_was_deactivated_does_not_answer_any_more(alice, case):
    address = reply_address("c", case, contact=alice)
    alice.deactivate()
    assert take_in(make_mail(address, alice.email)).outcome == "refused"


def test_who_no_longer_sees_the_case_does_not_answer(alice, acme, case):
    ivan = make_contact("Ivan", acme, "Portal IT User")
    address = reply_address("c", case, contact=ivan)
    ivan.roles.clear()
    assert take_in(make_mail(address, ivan.email)).outcome == "refused"


def test_who_may_open_cases_and_no_longer_read_them_does_not_answer(alice, case):
    RecordPermission.objects.filter(record_type="case", role__for_authenticated=True).update(can_read=False)
    assert take_in(make_mail(reply_address("c", case, contact=alice), alice.email)).outcome == "refused"
    assert said(case) == []


def test_a_case_that_was_resolved_long_ago_stays_so(alice, ada, case):
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        stored = take_in(make_mail(reply_address("c", case, contact=alice), alice.email))
    assert (stored.outcome, "follow-up" in stored.reason) == ("refused", True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Auto_Submitted": "Auto-Replied; owner-email=alice@acme.example"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"subject": "Automatic reply: [C-10001] Gateway is offline"},
        {"subject": "Out of office"},
        {"subject": "Abwesenheitsnotiz: Re: Gateway is offline"},
        {"subject": "=?utf-8?q?R=C3=A9ponse_automatique_:_Gateway?="},
        {"subject": "Respuesta automática: Gateway"},
        {"subject": "Frånvaro"},
        {"subject": "Автоматический ответ: Gateway"},
        {"subject": "Automatikus válasz: Gateway"},
        {"subject": "Otomatik yanıt: Gateway"},
        {"subject": "Αυτόματη απάντηση: Gateway"},
        {"subject": "자동 회신: Gateway"},
    ],
)
def test_automatic_messages_are_kept_and_never_answered(alice, case, headers):
    assert (
        take_in(make_mail(reply_address("c", case, contact=alice), alice.email, **headers)).outcome
        == "ignored"
    )
    assert said(case) == []
    assert not OutgoingMail.objects.filter(event__startswith="cases/inbound").exists()


def test_a_stranger_is_told_three_times_a_day_at_most(case):
    for number in range(6):
        take_in(make_mail("cases@support.example", "stranger@elsewhere.example", f"Hello {number}"))
    assert OutgoingMail.objects.filter(event="records/inbound_refused").count() == 3
    assert InboundMail.objects.count() == 6


@pytest.mark.parametrize(
    "subject", ["Re: Out of office replies fail", "Automatic updates stopped", "Auto pilot: broken"]
)
def test_an_answer_about_automatic_things_is_a_persons(alice, case, subject):
    assert (
        take_in(make_mail(reply_address("c", case, contact=alice), alice.email, subject=subject)).outcome
        == "added"
    )


def test_a_bounce_and_our_own_mail_are_ignored(alice, case, settings):
    for sender in (
        "MAILER-DAEMON@mail.acme.example",
        "cases@support.example",
        reply_address("c", case, contact=alice),
    ):
        assert take_in(make_mail(reply_address("c", case, contact=alice), sender)).outcome == "ignored"
    report = make_mail(reply_address("c", case, contact=alice), alice.email)
    report.replace_header("Content-Type", "multipart/report; report-type=delivery-status")
    assert take_in(report).outcome == "ignored"
    assert not OutgoingMail.objects.filter(event__startswith="cases/inbound").exists()


@pytest.mark.parametrize(
    "headers", [{"List_Id": "<it.acme.example>"}, {"Precedence": "list"}, {"X_Auto_Response_Suppress": "All"}]
)
def test_an_answer_through_a_list_is_added_and_what_is_wrong_with_it_is_told_to_nobody(alice, case, headers):
    address = reply_address("c", case, contact=alice)
    message = make_mail(address, alice.email, "By the list.", **headers)
    message.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="run.exe")
    assert take_in(message).outcome == "added"
    assert take_in(make_mail(address, "mallory@elsewhere.example", **headers)).outcome == "refused"
    assert (
        take_in(make_mail("cases@support.example", "news@elsewhere.example", **headers)).outcome == "ignored"
    )
    assert said(case) == ["By the list."]
    assert not OutgoingMail.objects.filter(event__startswith="cases/inbound").exists()


def test_a_flood_is_held_back_and_its_sender_hears_of_it_once(alice, case):
    for number in range(33):
        take_in(make_mail(reply_address("c", case, contact=alice), alice.email, f"Message {number}"))
    assert InboundMail.objects.filter(outcome="held").count() == 3
    assert OutgoingMail.objects.get(event="records/inbound_held", to=alice.email).in_reply_to.endswith(
        "@mail.acme.example>"
    )
    assert len(said(case)) == 30


def test_what_others_send_in_bobs_name_does_not_shut_him_out(bob):
    address = reply_address("c", make_case(bob), contact=bob)
    for number in range(31):
        take_in(make_mail("cases@support.example", bob.email, f"Forged {number}"))
        take_in(make_mail(address.replace(".c", ".u"), bob.email, f"Made up {number}"))
    assert take_in(make_mail(address, bob.email, "Really me.")).outcome == "added"


def test_two_messages_that_call_themselves_the_same_are_both_taken(alice, case):
    address = reply_address("c", case, contact=alice)
    for text in ("First.", "Second."):
        take_in(make_mail(address, alice.email, text, message_id="<same@mail.acme.example>"))
    assert said(case) == ["First.", "Second."]


def test_a_message_that_came_by_two_ways_is_one(alice, case):
    for way in ("a", "b"):
        message = make_mail(
            reply_address("c", case, contact=alice), alice.email, "Once.", Received=f"from {way}.example"
        )
        assert take_in(message).outcome == "added"
    assert said(case) == ["Once."]
    assert InboundMail.objects.count() == 1


def test_agents_can_see_the_whole_mail_of_a_reply(alice, case):
    stored = take_in(
        make_mail(reply_address("c", case, contact=alice), alice.email, "Yes.\n\n-- \nAlice\n+1 555 0100")
    )
    assert reply_of(stored).body == "Yes."


def test_what_is_too_long_is_shortened_and_says_so_to_everybody(alice, case):
    text = "".join(f"Line {number} of the log.\n" for number in range(2_000))
    stored = take_in(make_mail(reply_address("c", case, contact=alice), alice.email, text))
    body = said(case)[0]
    assert (len(body) <= 20_000, "Shortened" in body, "Shortened" in stored.reason) == (True, True, True)
    assert reply_of(stored).attachments.get().file.read().decode().endswith("Line 1999 of the log.")
    assert "Shortened" in OutgoingMail.objects.get(event="records/inbound_files", to=alice.email).text


def test_a_full_disk_costs_nothing_and_the_mail_is_tried_again(
    alice, ada, case, sign_in, run_jobs, settings, tmp_path
):
    message = make_mail(reply_address("c", case, contact=alice), alice.email, "See the file.")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="steps.pdf")
    (tmp_path / "full").write_text("not a folder")
    whole, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path / "full"
    stored = keep(bytes(message))
    run_jobs()
    stored.refresh_from_db()
    assert (stored.outcome, said(case)) == ("failed", [])
    settings.MEDIA_ROOT = whole
    sign_in(ada).post(reverse("admin:records_inboundmail_again", args=[stored.pk]))
    run_jobs()
    assert said(case) == ["See the file."]


def test_where_the_senders_domain_disowns_a_mail_it_is_refused_and_nobody_told(alice, case, settings):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    address, failed = (
        reply_address("c", case, contact=alice),
        "mx.support.example; spf=pass; dkim=none; dmarc=fail (p=reject)",
    )
    assert (
        take_in(make_mail(address, alice.email, "Forged.", Authentication_Results=failed)).outcome
        == "refused"
    )
    for number, result in enumerate(
        (
            failed.replace("=fail (p=reject)", "=pass header.from=acme.example"),
            failed.replace("mx.", "mx.evil."),
        )
    ):
        assert (
            take_in(make_mail(address, alice.email, f"Good {number}.", Authentication_Results=result)).outcome
            == "added"
        )
    assert not OutgoingMail.objects.filter(event="records/inbound_refused").exists()


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
        b"From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGkgdGhlcmU\xff",  # noqa: E501
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHi there",  # noqa: E501
        b"From: =?utf-8?q?A?= <a@b.example>\r\nSubject: =?x?q?=ff?=\r\n\r\nHi there",
        b"From: a@b.example\r\n\r\nHi \x00there",
    ],
)
def test_broken_mail_is_read_as_far_as_it_goes(raw):
    assert parse(raw).text.replace("\ufffd", "").startswith("Hi")
