"""Answers by mail from those who mean harm."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django.utils.http import int_to_base36

from accounts.actors import Actor
from accounts.models import OutgoingMail
from cases.actions import merge_cases
from cases.models import Attachment, Case, CaseParticipant
from lib.mail_text.headers import LIMIT
from records.inbound.parse import UnreadableMail, parse
from records.inbound.receive import keep, note_failure, read
from records.models import InboundMail
from records.reply_address import reply_address
from tests.cases.factories import PDF, make_case
from tests.cases.mails import make_mail, reply_of
from tests.stage import shared

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00"
    + b"\xff" * 6
    + b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.MAIL_IN_ADDRESS = "cases@support.example"


@shared
def case(alice: Any) -> Case:
    return make_case(alice)


def take_in(message: EmailMessage | bytes) -> InboundMail:
    return read(mail_id=keep(bytes(message)).pk)


def from_header(sender: str, to: str = "cases@support.example") -> bytes:
    return f"From: {sender}\r\nTo: {to}\r\nSubject: Hello\r\n\r\nHi".encode()


@pytest.mark.parametrize(
    "sender",
    [
        '"bob@acme.example" <eve@evil.example>',
        "eve@evil.example <Eve@evil.example>",
        "=?utf-8?q?bob=40acme=2Eexample_=3Cbob=40acme=2Eexample=3E=2C?= <eve@evil.example>",
        '"<bob@acme.example>" <eve@evil.example>',
        '"Doe, Bob (bob@acme.example)" <eve@evil.example>',
        "Doe, Bob <eve@evil.example>",
        "Bob (Sales) <eve@evil.example>",
        "<eve@evil.example> (Bob)",
        "eve@evil.example (Bob Doe)",
        "eve@evil.example",
    ],
)
def test_a_display_name_passes_for_no_address(sender):
    assert parse(from_header(sender)).sender == "eve@evil.example"


@pytest.mark.parametrize(
    "sender",
    [
        "bob@acme.example, eve@evil.example",
        "bob@acme.example, <eve@evil.example>",
        "bob@acme.example <eve@evil.example>",
        "<bob@acme.example> eve@evil.example",
        "Friends: bob@acme.example;",
        '"Bob <bob@acme.example>',
        "x" * 250 + "@evil.example",
        "<bob@acme.example> <eve@evil.example>",
        "eve@evil.example\r\nFrom: bob@acme.example",
        "bob@acme.example\\neve@evil.example",
        "=?utf-8?q?eve=40evil.example=0D=0ABcc=3A_x=40y.example?=",
        "=?utf-8?q?b=6Fb?=@acme.example",
        "Bob <=?utf-8?q?b=6Fb?=@acme.example>",
        "bob@[192.0.2.1]",
        "bob@acme\u3002example.",
        "bob",
        "",
    ],
)
def test_several_senders_or_none_are_nobody(sender):
    with pytest.raises(UnreadableMail):
        parse(from_header(sender))


@pytest.mark.parametrize(
    "sender",
    [
        "bob@acme.example(<eve@evil.example>)",
        "bob@acme.example (<eve@evil.example>)",
        "bob@acme.example (eve@evil.example)",
        "bob@acme.example(()<eve@evil.example>)",
        "bob@acme.example (\\)<eve@evil.example>)",
        "bob@acme.example(x)",
        "bob@acme.example(x).evil.example",
        "bo(x)b@acme.example",
        "bob@(x)acme.example",
        "(eve@evil.example) bob@acme.example",
        "(x)bob@acme.example",
        "(x) bob@acme.example",
        "<(eve@evil.example)bob@acme.example>",
        "<bob@acme.example(x)>",
        "<bob@acme.example> (<eve@evil.example>)",
        "<bob@acme.example> (eve@evil.example)",
        "Bob (eve@evil.example) <bob@acme.example>",
        "Bob (,) <bob@acme.example>",
        "Bob (eve@evil.example <bob@acme.example>",
        "Bob (<eve@evil.example>) <bob@acme.example>",
        'Bob (") <bob@acme.example> (") <eve@evil.example>',
        '"eve@evil.example"bob@acme.example',
        '"Bob" bob@acme.example',
        '<"x"bob@acme.example>',
        '"eve@evil.example,"@acme.example',
        '<"bob"@acme.example>',
        "<@evil.example:bob@acme.example>",
        "bob@acme.example()",
    ],
)
def test_an_address_beside_a_comment_or_a_quote_that_could_be_another_is_nobodys(alice, case, sender):
    with pytest.raises(UnreadableMail):
        parse(from_header(sender))
    as_alice = sender.replace("bob@acme.example", alice.email)
    stored = take_in(from_header(as_alice, reply_address("c", case, contact=alice)))
    assert (stored.outcome, case.messages.count()) == ("failed", 1)
    assert not OutgoingMail.objects.filter(event__startswith="cases/inbound").exists()


@pytest.mark.parametrize("sender", ["{}", "Alice <{}>"])
def test_a_sender_with_a_nul_is_nobody(alice, case, sender):
    """Without it the sender would be Alice; to other programs the address ends there."""
    sender = sender.format(alice.email.replace("example", "exam\0ple"))
    stored = take_in(from_header(sender, reply_address("c", case, contact=alice)))
    assert (stored.outcome, case.messages.count()) == ("failed", 1)


def test_a_sender_of_whom_a_part_is_cut_off_is_nobody(alice, case):
    """As far as a header is read, the sender is Alice."""
    lines = ("\n" + " " * 900) * 8
    padding = lines + " " * (LIMIT - len(lines) - len(alice.email))
    stored = take_in(
        from_header(f"{padding}{alice.email}.evil.example", reply_address("c", case, contact=alice))
    )
    assert (stored.outcome, case.messages.count()) == ("failed", 1)


def test_a_verdict_that_is_cut_off_is_none(alice, case, settings):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    many = "; dkim=fail header.d=evil.example" * (LIMIT // 30)
    results = f"mx.support.example{many}; dmarc=fail header.from=acme.example"
    stored = take_in(
        make_mail(reply_address("c", case, contact=alice), alice.email, Authentication_Results=results)
    )
    assert (stored.outcome, case.messages.count()) == ("failed", 1)


def test_no_line_of_a_mail_becomes_a_header_of_ours(db):
    subject = "=?utf-8?q?Hello=0D=0ABcc=3A_victim=40else.example=0D=0A=0D=0Abody?="
    take_in(
        make_mail("cases@support.example", "eve@evil.example")
        .as_bytes()
        .replace(b"Re: Gateway is offline", subject.encode())
    )
    told = OutgoingMail.objects.get(event="records/inbound_refused")
    assert (told.to, "\n" in told.subject, "\r" in told.subject) == ("eve@evil.example", False, False)


def test_who_was_taken_out_of_the_loop_does_not_answer_any_more(bob, fiona):
    case = make_case(bob)
    CaseParticipant.objects.create(case=case, contact=fiona)
    address = reply_address("c", case, contact=fiona)
    assert take_in(make_mail(address, fiona.email, "While in the loop.")).outcome == "added"
    CaseParticipant.objects.all().delete()
    assert take_in(make_mail(address, fiona.email, "Afterwards.")).outcome == "refused"


def test_an_answer_in_a_case_that_was_merged_goes_where_it_went(alice, ada, case):
    into = make_case(alice, "The other one")
    address = reply_address("c", case, contact=alice)
    merge_cases(actor=Actor(user=ada), case=case, into=into)
    stored = take_in(make_mail(address, alice.email, "To be continued."))
    assert (stored.outcome, stored.record_id) == ("added", into.pk)


def test_the_address_of_one_contact_is_of_no_use_to_another_of_the_same_user(alice, globex, case):
    person = f".c{int_to_base36(alice.pk)}."
    from_elsewhere = reply_address("c", case, contact=alice).replace(person, ".c1.")
    assert take_in(make_mail(from_elsewhere, alice.email)).outcome == "refused"


def nested(depth: int, tail: bytes = b"") -> bytes:
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
        for number in range(depth)
    )
    return b"From: a@b.example\n" + parts + b"\nHi\n" + tail


@pytest.mark.parametrize(
    "raw",
    [
        nested(5_000),
        nested(500, b"\n" * 100_000),
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\n\nx\n" * 10_000
        + b"--b--",
    ],
)
def test_what_is_made_to_keep_us_busy_is_put_aside(db, raw):
    with pytest.raises(UnreadableMail):
        parse(raw)
    stored = take_in(raw)
    assert (stored.outcome, stored.sender) in [("failed", "a@b.example"), ("refused", "a@b.example")]


def test_what_a_stranger_sends_is_refused_before_it_is_read(db):
    stored = take_in(nested(5_000))
    assert (stored.outcome, stored.sender) == ("refused", "a@b.example")


def test_an_agents_own_address_in_their_text_is_not_passed_on(alice, ada, case, settings):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    address = reply_address("c", case, user=ada)
    text = f"Write to {address}, <mailto:{address.upper().replace('@', '%40').replace('+', '%2b')}> or {address.partition('@')[0]}."  # noqa: E501
    stored = take_in(make_mail(address, ada.email, text, Authentication_Results=PASSED))
    assert (stored.outcome, reply_of(stored).body) == ("added", "Write to …, <mailto:…> or ….")


def test_a_forwarded_mail_hands_on_no_reply_address(alice, case):
    """Neither in its headers nor in a text that is encoded."""
    address = reply_address("c", case, contact=alice)
    ours = make_mail(alice.email, "cases@support.example", Reply_To=address)
    ours.set_content(f"Von: {address}\nGrüße", cte="quoted-printable")
    message = make_mail(address, alice.email, "See our mail.")
    message.add_attachment(ours)
    message.add_attachment(
        bytes(ours), maintype="application", subtype="octet-stream", filename="saved mail.eml"
    )
    assert take_in(message).outcome == "added"
    kept = [file.file.read().decode() for file in Attachment.objects.order_by("name")]
    assert ["Reply-To: …\n" in mail for mail in kept] == [True, True]
    assert not any(address.partition("@")[0] in mail for mail in kept)
    assert "Von: …\nGrüße" in kept[0]


def test_an_address_of_long_ago_opens_nothing(alice, case):
    address = reply_address("c", case, contact=alice)
    with time_machine.travel(timezone.now() + timedelta(days=180)):
        assert take_in(make_mail(address, alice.email, "In time.")).outcome == "added"
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        assert take_in(make_mail(address, alice.email, "Too late.")).outcome == "refused"


PASSED = "mx.support.example; spf=pass; dmarc=pass (p=reject) header.from=portal.example"


@pytest.mark.parametrize(
    "results",
    [
        [],
        ["mx.support.example; spf=pass"],
        ["mx.support.example; spf=pass", PASSED],
        ["mx.support.example; dmarc=none", PASSED],
        [PASSED + "; dmarc=none header.from=portal.example"],
        ["mx.evil.example; dmarc=pass header.from=portal.example"],
        [PASSED.replace("portal.example", "evil.example")],
        ["mx.support.example; spf=pass (; dmarc=pass header.from=portal.example) smtp.mailfrom=evil.example"],
        [
            (
                'mx.support.example; spf=pass smtp.mailfrom="; dmarc=pass '
                'header.from=portal.example;"@evil.example'
            )
        ],
        [PASSED + "; dmarc=fail header.from=portal.example"],
        [
            (
                "mx.support.example; spf=pass ((x); dmarc=pass header.from=portal.example "
                ") smtp.mailfrom=evil.example"
            )
        ],
        [
            (
                "mx.support.example; spf=pass (((x); dmarc=pass header.from=portal.example "
                ") smtp.mailfrom=evil.example"
            )
        ],
        [
            (
                "mx.support.example; spf=pass (\\); dmarc=pass header.from=portal.example "
                ";) smtp.mailfrom=evil.example"
            ),
            PASSED,
        ],
    ],
)
def test_nobody_writes_as_an_agent_unless_a_mail_server_made_sure_of_it(case, ada, settings, results):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    message = make_mail(reply_address("c", case, user=ada), ada.email, "Our new account number is 666.")
    for value in results:
        message["Authentication-Results"] = value
    assert (take_in(message).outcome, case.messages.count()) == ("refused", 1)
    message.replace_header("Message-ID", "<again@portal.example>")
    del message["Authentication-Results"]
    message["Authentication-Results"] = PASSED
    assert take_in(message).outcome == "added"


@pytest.mark.parametrize(
    "result",
    ["spf=none (from ( eve) smtp.mailfrom=x; dmarc=fail", 'spf=none smtp.mailfrom="@x; dmarc=fail (p=none)'],
)
def test_a_comment_without_an_end_hides_no_verdict(alice, case, settings, result):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    results = f"mx.support.example; {result} header.from=acme.example"
    stored = take_in(
        make_mail(reply_address("c", case, contact=alice), alice.email, Authentication_Results=results)
    )
    assert (stored.outcome, case.messages.count()) == ("refused", 1)


def test_agents_do_not_answer_by_mail_where_nobody_checks_senders(case, ada, settings):
    settings.MAIL_IN_AUTHSERV_ID = "mx.support.example"
    message = make_mail(reply_address("c", case, user=ada), ada.email, "Hello", Authentication_Results=PASSED)
    settings.MAIL_IN_AUTHSERV_ID = ""
    assert (take_in(message).outcome, reply_address("c", case, user=ada)) == ("refused", "")
    assert (
        "reply in the administration"
        in OutgoingMail.objects.get(event="records/inbound_refused", to=ada.email).text
    )


def test_of_two_addresses_the_one_that_leads_to_an_open_case_counts(alice, bob, case):
    other, own = (reply_address("c", case, contact=who) for who in (bob, alice))
    stored = take_in(make_mail(f"{other}, {own}", alice.email, "To both."))
    assert (stored.outcome, stored.record_id) == ("added", case.pk)


def test_a_refusal_repeats_nothing_that_a_stranger_wrote(db):
    take_in(
        make_mail(
            "cases@support.example",
            "victim@else.example",
            subject="Buy now",
            message_id="<spam@evil.example>",
        )
    )
    take_in(
        make_mail(
            "cases@support.example",
            "victim@else.example",
            subject="Buy now",
            message_id="<buy [now]@evil.example>",
        )
    )
    for told, answered in zip(OutgoingMail.objects.order_by("pk"), ("<spam@evil.example>", ""), strict=True):
        assert "Buy now" not in told.subject + told.text + told.html
        assert told.in_reply_to == answered


@pytest.mark.parametrize(
    "own", ["cases@support.example", "cases+c-1.c1@support.example", "support@harborlane.example"]
)
def test_our_own_addresses_are_never_answered(db, own, settings):
    settings.DEFAULT_FROM_EMAIL = "Support <support@harborlane.example>"
    assert take_in(make_mail("cases@support.example", own)).outcome == "ignored"
    assert not OutgoingMail.objects.exists()


STRANGE = "+2AA-"
"""Half of a character in UTF-7, which no database takes."""


def test_characters_that_no_database_takes_are_left_out(alice, case):
    address = reply_address("c", case, contact=alice)
    message = make_mail(f"NUL{address}", alice.email, "BODY", subject="Half")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="NAME")
    raw = (
        message.as_bytes()
        .replace(b'charset="utf-8"', b'charset="utf-7"')
        .replace(b"BODY", f"Well {STRANGE} done".encode())
    )
    raw = raw.replace(b"Half", rb"=?unicode_escape?q?Half=5Cud800?=").replace(
        b'"NAME"', f'"=?utf-7?q?s{STRANGE}.pdf?="'.encode()
    )
    raw = raw.replace(b"To: NUL", b"To: \0")
    stored = take_in(raw)
    assert (stored.outcome, stored.sender, stored.subject) == ("added", alice.email, "Half\\ud800")
    assert (reply_of(stored).body, Attachment.objects.get().name) == ("Well ? done", "s.pdf")


@pytest.mark.parametrize("name", ["<a@[", "<" + "(" * 3_000, "=?unicode_escape?q?=5Cud800?=", "<a\0b@c>"])
def test_a_message_with_an_impossible_name_is_kept(db, name):
    assert take_in(b"From: a@b.example\nMessage-ID: " + name.encode() + b"\n\nHi").outcome == "refused"


def test_a_failure_of_ours_names_the_sender(alice, case):
    stored = keep(bytes(make_mail(reply_address("c", case, contact=alice), alice.email)))
    note_failure(mail_id=stored.pk, error="Broken: \0\ud800")
    stored.refresh_from_db()
    assert (stored.outcome, stored.sender, stored.subject) == (
        "failed",
        alice.email,
        "Re: Gateway is offline",
    )


def test_a_deep_message_is_read():
    assert parse(nested(300)).text == "Hi"


def test_a_thousand_files_make_no_thousand_lines(alice, case):
    message = make_mail(reply_address("c", case, contact=alice), alice.email, "Files.")
    for number in range(200):
        message.add_attachment(
            b"MZ", maintype="application", subtype="octet-stream", filename=f"run{number}.exe"
        )
    assert take_in(message).outcome == "added"
    told = OutgoingMail.objects.get(event="records/inbound_files")
    assert ("run19.exe" in told.text, "run20.exe" in told.text, "And 180 more." in told.text) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/cron.d/run.pdf", "run.pdf"),
        ("..\\..\\run.pdf", "run.pdf"),
        ("..", "file.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("fdp.\u202eexe.pdf", "fdp.exe.pdf"),
        ("n" * 300 + ".pdf", "n" * 146 + ".pdf"),
        ("=?utf-8?q?R=C3=A9sum=C3=A9=2Epdf?=", "Résumé.pdf"),
        ("=?klingon?q?x?=.pdf", "x.pdf"),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one(alice, case, name, kept):
    message = make_mail(reply_address("c", case, contact=alice), alice.email, "A file.")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="NAME")
    assert (
        take_in(message.as_bytes().replace(b'filename="NAME"', f'filename="{name}"'.encode())).outcome
        == "added"
    )
    assert Attachment.objects.get().name == kept


@pytest.mark.parametrize(
    ("name", "content", "is_kept"),
    [
        ("a.gif", GIF + b"<script>alert(1)</script>", True),
        ("a.html", GIF + b"<script>alert(1)</script>", False),
        ("a.pdf", b"PK\x03\x04" + b"\0" * 30 + PDF, False),
        ("a.zip", PDF + b"PK\x03\x04" + b"\0" * 30, False),
        ("a.svg", b"<svg onload='alert(1)'/>", False),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01 and nothing more", False),
    ],
)
def test_attachments_pass_the_checks_of_uploads(alice, case, name, content, is_kept, sign_in):
    """A file that is two things at once is served as what its name says, and runs nowhere."""
    message = make_mail(reply_address("c", case, contact=alice), alice.email, "A file.")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    assert take_in(message).outcome == "added"
    assert [file.name for file in Attachment.objects.all()] == ([name] if is_kept else [])
    for file in Attachment.objects.all():
        response = sign_in(alice).get(file.get_absolute_url())
        assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/gif", "nosniff")
