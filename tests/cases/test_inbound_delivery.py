"""How answers by mail arrive: signed deliveries of a mail service, and a mailbox."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from records.inbound import mailbox as imap
from records.inbound import parse as parsing
from records.inbound import receive
from records.inbound.receive import keep, read
from records.models import InboundMail
from records.reply_address import reply_address
from records.tasks import fetch_inbound_mail, forget_inbound_mail
from records.views.inbound import TOLERANCE_SECONDS
from tests.cases.factories import PDF, make_case
from tests.cases.mails import mailbox, make_mail
from tests.stage import shared

SECRET = "a-shared-secret"
NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
TOLERANCE = timedelta(seconds=TOLERANCE_SECONDS)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.MAIL_IN_ADDRESS = "cases@support.example"
    settings.MAIL_IN_SECRET = SECRET


@shared
def case(alice: Any) -> Case:
    return make_case(alice)


def said(case: Case) -> list[str]:
    return [message.body for message in case.messages.order_by("pk")[1:]]


def signed(raw: bytes, *, secret: str = SECRET, at: datetime = NOW) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(secret.encode(), f"{timestamp}.".encode() + raw, sha256).hexdigest()
    return {"X-Timestamp": timestamp, "X-Signature": signature}


def deliver(browser: Any, raw: bytes, headers: dict[str, str], content_type: str = "message/rfc822") -> int:
    """At the moment NOW."""
    url = reverse("inbound_mail")
    with time_machine.travel(NOW, tick=False):
        return browser.post(url, raw, content_type=content_type, headers=headers).status_code


def test_a_mail_service_delivers_an_answer(visitor, alice, case, run_jobs):
    raw = bytes(make_mail(reply_address("c", case, contact=alice), alice.email, "By the hook."))
    assert deliver(visitor, raw, signed(raw)) == 202
    run_jobs()
    assert said(case) == ["By the hook."]


def test_a_delivery_that_is_repeated_changes_nothing(visitor, alice, case, run_jobs):
    raw = bytes(make_mail(reply_address("c", case, contact=alice), alice.email, "Once."))
    headers = signed(raw)
    for _time in range(3):
        assert deliver(visitor, raw, headers) == 202
        run_jobs()
    assert said(case) == ["Once."]


def test_a_delivery_that_is_too_large_is_refused(visitor, db, monkeypatch):
    monkeypatch.setattr("records.views.inbound.MAX_BYTES", 100)
    assert deliver(visitor, b"x" * 101, signed(b"x" * 101)) == 413
    assert not InboundMail.objects.exists()


def test_a_delivery_that_breaks_off_is_no_fault_of_the_portal(visitor, db):
    class BrokenOff:
        def read(self, *_: int) -> bytes:
            raise ConnectionResetError

        readline = read

    body = {"CONTENT_TYPE": "message/rfc822", "CONTENT_LENGTH": 1000, "wsgi.input": BrokenOff()}
    assert (
        visitor.request(REQUEST_METHOD="POST", PATH_INFO=reverse("inbound_mail"), **body).status_code == 400
    )
    assert not InboundMail.objects.exists()


def test_an_unsigned_or_old_delivery_is_refused(visitor, case):
    raw = bytes(make_mail("cases@support.example", "a@b.example"))
    assert deliver(visitor, raw, {}) == 403
    assert deliver(visitor, raw, signed(raw, secret="other")) == 403
    assert deliver(visitor, raw, signed(raw, at=NOW - TOLERANCE - timedelta(seconds=1))) == 403
    assert deliver(visitor, raw, signed(raw, at=NOW + TOLERANCE + timedelta(seconds=1))) == 403
    assert deliver(visitor, raw, signed(raw + b"x")) == 403
    made_young = signed(raw, at=NOW - timedelta(hours=1)) | {"X-Timestamp": str(int(NOW.timestamp()))}
    assert deliver(visitor, raw, made_young) == 403
    assert deliver(visitor, raw, {"X-Timestamp": "²", "X-Signature": "ü"}) == 403
    assert deliver(visitor, raw, signed(raw), "application/x-www-form-urlencoded") == 415
    assert not InboundMail.objects.exists()


def test_a_delivery_may_be_some_minutes_on_its_way(visitor, case):
    raw = bytes(make_mail("cases@support.example", "a@b.example"))
    assert deliver(visitor, raw, signed(raw, at=NOW - TOLERANCE)) == 202


def test_there_is_no_door_where_no_secret_is_configured(visitor, settings, db):
    settings.MAIL_IN_SECRET = ""
    assert deliver(visitor, b"x", signed(b"x")) == 404


def test_answers_are_fetched_from_a_mailbox_once(alice, case, run_jobs):
    with mailbox(make_mail(reply_address("c", case, contact=alice), alice.email, "From the mailbox.")) as url:
        assert imap.fetch(url) == 1
        assert imap.fetch(url) == 0
    run_jobs()
    assert said(case) == ["From the mailbox."]


def test_a_message_that_cannot_be_kept_holds_up_no_other(alice, case, run_jobs, monkeypatch):
    """As of a fault of ours: none is known."""
    broken = make_mail("cases@support.example", "a@b.example", "Breaks.")
    monkeypatch.setattr(imap, "keep", lambda raw: 1 / 0 if b"Breaks." in raw else keep(raw))
    with mailbox(broken, make_mail(reply_address("c", case, contact=alice), alice.email, "After it.")) as url:
        assert imap.fetch(url) == 1
    run_jobs()
    assert said(case) == ["After it."]


def test_messages_themselves_are_forgotten_after_some_months(sign_in, ada, db, settings):
    settings.MAIL_IN_KEPT_DAYS = 30
    old, _young = (
        read(mail_id=keep(bytes(make_mail("cases@support.example", who))).pk)
        for who in ("a@b.example", "c@d.example")
    )
    InboundMail.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=31))
    forget_inbound_mail(0)
    kept = {mail.sender: (mail.outcome, bool(bytes(mail.raw))) for mail in InboundMail.objects.all()}
    assert kept == {"a@b.example": ("refused", False), "c@d.example": ("refused", True)}
    assert (
        "no longer stored"
        in sign_in(ada).get(reverse("admin:records_inboundmail_change", args=[old.pk])).text
    )
    assert sign_in(ada).get(reverse("admin:records_inboundmail_raw", args=[old.pk])).status_code == 404


def test_of_a_mail_that_is_too_large_the_beginning_is_kept(alice, case, run_jobs, monkeypatch):
    for module in (imap, receive, parsing):
        monkeypatch.setattr(module, "MAX_BYTES", 2_000)
    message = make_mail(
        reply_address("c", case, contact=alice), alice.email, "Short words.\n" + "x" * 70 + "\n"
    )
    message.add_attachment(PDF * 50, maintype="application", subtype="pdf", filename="steps.pdf")
    with mailbox(message, make_mail(reply_address("c", case, contact=alice), alice.email, "Fits.")) as url:
        assert imap.fetch(url) == 2
    run_jobs()
    large = InboundMail.objects.get(outcome="failed")
    assert (large.reason.startswith("Too large"), large.sender, large.subject) == (
        True,
        alice.email,
        "Re: Gateway is offline",
    )
    assert bytes(message).startswith(bytes(large.raw)[:2_000])
    assert said(case) == ["Fits."]


def test_a_mailbox_that_is_down_is_one_line_in_the_log(settings, db, caplog):
    settings.MAIL_IN_IMAP_URL = "imap://cases:hidden@127.0.0.1:1/INBOX"
    fetch_inbound_mail(0)
    assert [
        (record.levelname, record.exc_info) for record in caplog.records if record.name.startswith("records")
    ] == [("WARNING", None)]
    assert "hidden" not in caplog.text
    assert "refused" in imap.state().error
    with pytest.raises(CommandError, match="refused"):
        call_command("fetch_mail")


def test_a_wrong_password_loses_nothing(db):
    with mailbox(make_mail("cases@support.example", "a@b.example")) as url:
        with pytest.raises(Exception, match="wrong password"):
            imap.fetch(url.replace("secret", "guess"))
        assert imap.fetch(url) == 1
