"""A code or a link that lets its reader in is kept until it is sent, and no longer; it is never in a
subject."""

import re
from types import SimpleNamespace

import pytest
from django.core import mail as django_mail
from django.test import Client
from django.urls import reverse

from accounts.actions import invite_contact
from accounts.actions.mail import queue_mail, queue_rendered_mail
from accounts.actions.mail_delivery import note_failed_attempt
from accounts.actions.second_factor import send_code
from accounts.actors import SYSTEM
from accounts.models import OutgoingMail
from accounts.tasks import MAIL_ATTEMPTS, send_mail
from tests.accounts.forgotten import ask_for_password
from tests.factories import PASSWORD, make_contact

WORKING = "django.core.mail.backends.locmem.EmailBackend"
FAILING = "tests.accounts.failing_mail.EmailBackend"
ELSEWHERE = "attacker.example"


@pytest.fixture(autouse=True)
def real_installation(settings):
    settings.DEMO_MODE = False


def queue(event):
    text = "Open https://portal.example/redeem/abc"
    return queue_rendered_mail(
        event=event, to="alice@acme.example", subject="Come in", text=text, html=f"<p>{text}</p>"
    )


@pytest.fixture
def secret(db):
    return queue("accounts/invitation")


@pytest.fixture
def mail_server_is_down(settings, mailoutbox):
    settings.EMAIL_BACKEND = FAILING


def run(mail, attempts=0):
    send_mail.func(SimpleNamespace(job=SimpleNamespace(attempts=attempts)), mail_id=mail.pk)
    mail.refresh_from_db()


def fail(mail, attempts=0):
    with pytest.raises(ConnectionRefusedError):
        run(mail, attempts)
    mail.refresh_from_db()


@pytest.mark.parametrize(
    "event", ["accounts/invitation", "accounts/code", "account/email/password_reset_key"]
)
def test_a_secret_is_forgotten_once_it_is_sent(event, db, mailoutbox):
    mail = queue(event)
    run(mail)
    assert "/redeem/abc" in mailoutbox[0].body
    assert "/redeem/abc" in mailoutbox[0].alternatives[0][0]
    assert (mail.status, mail.text, mail.html) == ("sent", "", "")
    assert (mail.event, mail.to, mail.subject) == (event, "alice@acme.example", "Come in")


def test_other_mails_stay_as_they_were_sent(db, mailoutbox):
    mail = queue("cases/reply")
    run(mail)
    assert mail.status == "sent"
    assert "/redeem/abc" in mail.text
    assert "/redeem/abc" in mail.html


def test_the_demo_keeps_the_texts_for_its_mailbox(secret, settings, visitor, mailoutbox):
    settings.DEMO_MODE = True
    run(secret)
    assert secret.status == "sent"
    assert "/redeem/abc" in visitor.get(reverse("mailbox_mail", args=[secret.pk])).text


def test_the_secret_waits_with_the_mail_while_the_server_is_down(
    secret, settings, mail_server_is_down, mailoutbox
):
    for attempts in range(3):
        fail(secret, attempts)
        assert (secret.status, "/redeem/abc" in secret.text) == ("waiting", True)
    settings.EMAIL_BACKEND = WORKING
    run(secret, 3)
    assert "/redeem/abc" in mailoutbox[0].body
    assert (secret.status, secret.text) == ("sent", "")


def test_a_secret_is_forgotten_when_the_mail_is_given_up(secret, mail_server_is_down):
    fail(secret, MAIL_ATTEMPTS)
    assert (secret.status, secret.text, secret.html) == ("failed", "", "")
    assert "no mail server" in secret.last_error


def test_an_empty_mail_is_never_sent(secret, settings, mail_server_is_down, mailoutbox):
    """Somebody tries a job again that was given up."""
    fail(secret, MAIL_ATTEMPTS)
    settings.EMAIL_BACKEND = WORKING
    run(secret)
    assert (secret.status, mailoutbox) == ("failed", [])


def test_another_mail_that_was_given_up_can_be_tried_again(db, settings, mail_server_is_down, mailoutbox):
    mail = queue("cases/reply")
    fail(mail, MAIL_ATTEMPTS)
    settings.EMAIL_BACKEND = WORKING
    run(mail)
    assert (mail.status, len(mailoutbox)) == ("sent", 1)


def test_a_late_report_of_failure_does_not_unsend_a_mail(secret, mailoutbox):
    run(secret)
    note_failed_attempt(mail_id=secret.pk, error="late", is_last=False)
    secret.refresh_from_db()
    assert (secret.status, secret.last_error, secret.attempts) == ("sent", "", 1)


def test_no_subject_holds_a_code_or_a_link(alice, acme, visitor):
    dora = make_contact("Dora", acme, signs_in=False)
    invite_contact(actor=SYSTEM, contact=dora)
    send_code(user=alice.user)
    queue_mail(
        event="accounts/invitation_code",
        to=dora.email,
        context={"code": "AB12-CD34", "name": "Dora", "minutes": 10},
    )
    ask_for_password(visitor, alice.email)
    assert OutgoingMail.objects.count() == 4
    for mail in OutgoingMail.objects.all():
        assert re.search(r"\b\d{6}\b|AB12-CD34|[\w-]{20,}", mail.text), mail.event
        assert not re.search(r"\d{4}|AB12|http|[\w-]{20,}", mail.subject), mail.event


def test_staff_see_that_a_secret_mail_was_sent_and_not_what_it_says(sign_in, ada, secret):
    plain = queue("cases/reply")
    browser = sign_in(ada)
    page = browser.get(reverse("admin:accounts_outgoingmail_change", args=[secret.pk])).text
    assert "Come in" in page
    assert "/redeem/abc" not in page
    assert "/redeem/abc" in browser.get(reverse("admin:accounts_outgoingmail_change", args=[plain.pk])).text
    assert (
        "/redeem/abc"
        not in browser.get(reverse("admin:accounts_outgoingmail_changelist"), {"q": "redeem"}).text
    )


# Links lead to the portal's own address, whatever Host header asked for the mail.


@pytest.fixture
def forger(settings):
    """A browser that claims another host, as a misconfigured proxy would let through."""
    settings.BASE_URL = "https://portal.example"
    settings.ALLOWED_HOSTS = ["*"]
    return Client(headers={"Host": ELSEWHERE})


def links():
    text = "\n".join(f"{mail.text}\n{mail.html}" for mail in OutgoingMail.objects.all())
    return re.findall(r"https?://[^\s\"'<>)]+", text)


def check_links(path):
    found = links()
    assert any(link.startswith(f"https://portal.example{path}") for link in found)
    assert {link for link in found if not link.startswith("https://portal.example/")} <= {
        "https://portal.example"
    }
    assert not OutgoingMail.objects.filter(text__contains=ELSEWHERE).exists()


def test_a_link_to_a_new_password_leads_to_the_portal(forger, alice):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    ask_for_password(forger, alice.email)
    check_links("/accounts/password/reset/key/")


def test_a_link_to_confirm_an_address_leads_to_the_portal(forger, alice):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    forger.force_login(alice.user)
    forger.post("/accounts/reauthenticate/", {"password": PASSWORD})
    forger.post("/accounts/email/", {"action_add": "", "email": "alice.new@acme.example"})
    assert OutgoingMail.objects.filter(to="alice.new@acme.example").exists()
    check_links("/accounts/confirm-email/")


def test_an_invitation_leads_to_the_portal(forger, bob):
    forger.force_login(bob.user)
    forger.post("/users/new/", {"first_name": "Dora", "last_name": "Quist", "email": "dora@acme.example"})
    check_links("/redeem/")


def test_a_new_link_for_an_invitation_leads_to_the_portal(forger, acme, run_jobs):
    dora = make_contact("Dora", acme, signs_in=False)
    invite_contact(actor=SYSTEM, contact=dora, sends_now=False)
    forger.post(reverse("redeem_new_link"), {"email": dora.email})
    run_jobs()
    sent = django_mail.outbox[-1]
    assert "https://portal.example/redeem/" in sent.body
    assert ELSEWHERE not in sent.body
