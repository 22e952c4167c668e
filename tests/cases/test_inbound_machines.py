"""Mail that a program wrote: never answered, and shown to agents where it may have something to say."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Activity, OutgoingMail
from cases.models import Case, CaseMessage
from records.inbound.automatic import Kind
from records.inbound.parse import parse
from records.inbound.receive import keep, read
from records.models import InboundMail
from records.reply_address import reply_address
from tests.cases.factories import desk_page, make_case, make_staff_reply
from tests.cases.mails import make_mail


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.MAIL_IN_ADDRESS = "cases@support.example"


@pytest.fixture
def case(alice: Any) -> Case:
    return make_case(alice)


def take_in(message: Any) -> InboundMail:
    return read(mail_id=keep(bytes(message)).pk)


TICKET_SYSTEMS = [
    {"Auto_Submitted": "auto-generated"},
    {"Auto_Submitted": "auto-generated (ticket 4711)"},
    {"Auto_Submitted": "Auto-Generated; owner-email=ops@acme.example"},
    {"Auto_Submitted": "auto-notified"},
    {"Precedence": "bulk"},
    {"Precedence": "Bulk", "X_Mailer": "OTRS Mail Service"},
    {"Precedence": "junk"},
    {"Auto_Submitted": "auto-generated", "Precedence": "bulk", "X_Auto_Response_Suppress": "All"},
    {"Auto_Submitted": "auto-generated", "Return_Path": "<>", "X_JIRA_FingerPrint": "4711"},
    {"Precedence": "bulk", "List_Id": "<tickets.acme.example>"},
    {"Auto_Submitted": "auto-generated", "X_RT_Loop_Prevention": "acme.example"},
    {"Auto_Submitted": "auto-generated", "X_ServiceNow_Generated": "true"},
]


@pytest.mark.parametrize("headers", TICKET_SYSTEMS)
def test_what_a_customers_ticket_system_says_waits_for_an_agent(alice, case, headers):
    stored = take_in(
        make_mail(reply_address("c", case, contact=alice), alice.email, "INC-4: replaced.", **headers)
    )
    assert (stored.outcome, stored.record_id, stored.outcome in InboundMail.IN_NEED) == (
        "held",
        case.pk,
        True,
    )
    assert case.messages.count() == 1
    assert not OutgoingMail.objects.filter(event__startswith="cases/inbound").exists()


def test_the_case_tells_agents_that_it_waits_and_customers_nothing(alice, ada, case, sign_in):
    headers = {"Precedence": "bulk", "subject": "INC-4 is solved"}
    take_in(make_mail(reply_address("c", case, contact=alice), alice.email, **headers))
    page = sign_in(ada).get(desk_page(case)).content.decode()
    assert "for you to decide on: INC-4 is solved" in page
    assert "INC-4" not in sign_in(alice).get(case.get_absolute_url()).content.decode()


def test_an_agent_lets_it_into_the_case_and_its_sender_still_hears_nothing(
    alice, ada, case, sign_in, run_jobs
):
    message = make_mail(
        reply_address("c", case, contact=alice),
        alice.email,
        "INC-4: replaced.",
        Auto_Submitted="auto-generated",
    )
    message.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="run.exe")
    stored = take_in(message)
    sign_in(ada).post(reverse("admin:records_inboundmail_again", args=[stored.pk]))
    run_jobs()
    assert CaseMessage.objects.latest("pk").body == "INC-4: replaced."
    assert not OutgoingMail.objects.filter(event__startswith="cases/inbound").exists()


@pytest.mark.parametrize("headers", TICKET_SYSTEMS[:2])
def test_what_a_program_writes_to_no_case_is_ignored(db, headers):
    assert take_in(make_mail("cases@support.example", "news@acme.example", **headers)).outcome == "ignored"


def test_a_program_that_is_not_who_it_says_is_refused_and_not_told(alice, case):
    address = reply_address("c", case, contact=alice)
    stored = take_in(make_mail(address, "eve@evil.example", Auto_Submitted="auto-generated"))
    assert (stored.outcome, OutgoingMail.objects.filter(to="eve@evil.example").exists()) == ("refused", False)


def test_an_address_beyond_ascii_is_read_and_not_written_to(db):
    stored = take_in("From: jörg@bücher.example\nTo: cases@support.example\n\nHi".encode())
    assert (stored.outcome, stored.sender) == ("refused", "jörg@xn--bcher-kva.example")
    assert not OutgoingMail.objects.exists()


def report(
    mail: OutgoingMail, *, status: str = "5.1.1", action: str = "failed", given_back: str = "message/rfc822"
) -> bytes:
    kind = "report-type=delivery-status"
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.acme.example\nTo: cases@support.example\n"
        f"Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nAuto-Submitted: auto-replied\n"
        f"Content-Type: multipart/report; {kind}; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\nI'm sorry.\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.example\n\n"
        f"Final-Recipient: rfc822; {mail.to}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 <{mail.to}>: no such user\n\n"
        f"--b\nContent-Type: {given_back}\n\nMessage-ID: {mail.message_id}\nSubject: x\n\n--b--\n"
    ).encode()


@pytest.fixture
def sent(alice: Any, ada: Any, case: Case) -> OutgoingMail:
    make_staff_reply(case, ada)
    OutgoingMail.objects.update(status=OutgoingMail.Status.SENT)
    return OutgoingMail.objects.get(event="cases/reply", to=alice.email)


@pytest.mark.parametrize("given_back", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.1", "mailbox unknown"),
        ("5.1.10", "mailbox unknown"),
        ("5.2.2", "mailbox full or closed"),
        ("5.7.1", "refused by their mail server"),
        ("5.4.4", "their mail server cannot be reached"),
        ("5.0.0", "smtp; 550 <{to}>: no such user"),
        ("nonsense", "smtp; 550 <{to}>: no such user"),
    ],
)
def test_a_report_marks_mail_contact_and_case(alice, ada, case, sent, sign_in, status, reason, given_back):
    reason = reason.format(to=alice.email)
    stored = take_in(report(sent, status=status, given_back=given_back))
    sent.refresh_from_db()
    assert (stored.outcome, sent.status, sent.last_error) == ("ignored", "returned", reason)
    line = Activity.objects.get(verb="case.mail_returned")
    assert (line.is_internal, line.details["who"], line.details["reason"]) == (True, "Alice Tester", reason)
    agent = sign_in(ada)
    of_case = agent.get(desk_page(case)).content.decode()
    of_contact = agent.get(reverse("admin:accounts_contact_change", args=[alice.pk])).content.decode()
    assert "Alice Tester does not get our emails" in of_case
    assert reason.partition("<")[0] in of_contact


def test_customers_read_nothing_of_it(alice, case, sent, sign_in):
    take_in(report(sent))
    assert "does not get our emails" not in sign_in(alice).get(case.get_absolute_url()).content.decode()


def test_a_report_counts_once_and_a_mail_that_was_returned_is_not_sent_again(sent):
    take_in(report(sent))
    take_in(report(sent, status="5.2.2"))
    sent.refresh_from_db()
    assert (sent.last_error, sent.is_sendable) == ("mailbox unknown", False)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "relayed", "status": "2.0.0"},
        {"given_back": "text/plain"},
    ],
)
def test_a_report_that_is_not_final_or_tells_of_no_mail_marks_nothing(sent, change):
    stored = take_in(report(sent, **change))
    sent.refresh_from_db()
    assert (stored.outcome, sent.status) == ("ignored", "sent")


def test_a_report_of_a_mail_that_we_never_sent_marks_nothing(sent):
    sent.message_id = "<made-up@portal.example>"
    assert take_in(report(sent)).outcome == "ignored"
    assert not Activity.objects.filter(verb="case.mail_returned").exists()


def test_a_receipt_is_no_report(sent):
    receipt = report(sent).replace(b"report-type=delivery-status", b"report-type=disposition-notification")
    assert parse(receipt).kind is Kind.NOTICE
    take_in(receipt)
    assert not Activity.objects.filter(verb="case.mail_returned").exists()
