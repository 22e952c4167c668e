"""Every message is a row first. A mail server that is down delays it, loses nothing and breaks no page."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.actions.mail import SEND_MAIL, queue_mail, queue_rendered_mail
from accounts.actions.mail_delivery import MailInHandError
from accounts.models import Invitation, OutgoingMail, User
from accounts.tasks import MAIL_ATTEMPTS, send_mail, take_up_forgotten_mails
from lib.jobs import URGENT
from tests.cases.factories import make_case

WORKING = "django.core.mail.backends.locmem.EmailBackend"
FAILING = "tests.accounts.failing_mail.EmailBackend"


def run(mail, attempts=0):
    """Run the mail's job as the worker does, after so many failed attempts."""
    send_mail.func(SimpleNamespace(job=SimpleNamespace(attempts=attempts)), mail_id=mail.pk)
    mail.refresh_from_db()


def fail(mail, attempts=0):
    with pytest.raises(ConnectionRefusedError):
        run(mail, attempts)
    mail.refresh_from_db()


@pytest.fixture
def mail(db):
    return queue_rendered_mail(
        event="test/one", to="alice@acme.example", subject="Hello", text="Text", html="<p>Text</p>"
    )


@pytest.fixture
def mail_server_is_down(settings, mailoutbox):
    """After ``mailoutbox``, so that the test looks at the same box."""
    settings.EMAIL_BACKEND = FAILING


def test_a_mail_is_sent_with_all_that_belongs_to_it(mail, run_jobs, mailoutbox):
    assert run_jobs() == 1
    mail.refresh_from_db()
    sent = mailoutbox[0]
    assert (mail.status, mail.attempts, mail.sent_at is None) == ("sent", 1, False)
    assert (sent.to, sent.subject, sent.body) == (["alice@acme.example"], "Hello", "Text")
    assert sent.alternatives[0][0] == "<p>Text</p>"
    assert sent.extra_headers["Message-ID"] == mail.message_id
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_mail_waits_while_the_server_is_down_and_is_sent_once_afterwards(
    mail, settings, mail_server_is_down, mailoutbox
):
    for attempts in range(3):
        fail(mail, attempts)
        assert (mail.status, mail.attempts, mail.sent_at) == ("waiting", attempts + 1, None)
        assert "no mail server" in mail.last_error
    settings.EMAIL_BACKEND = WORKING
    run(mail, 3)
    assert (mail.status, mail.attempts, mail.last_error) == ("sent", 4, "")
    run(mail, 4)
    assert mail.attempts == 4
    assert len(mailoutbox) == 1


def test_a_mail_is_given_up_after_the_last_attempt_and_says_so(mail, mail_server_is_down):
    fail(mail, MAIL_ATTEMPTS - 1)
    assert mail.status == "waiting"
    fail(mail, MAIL_ATTEMPTS)
    assert mail.status == "failed"


def test_attempts_go_on_for_more_than_a_day():
    """Two hours without a mail server, or a night, lose nothing."""
    waits, attempts = [], 0
    while decision := send_mail.retry_strategy.get_retry_decision(
        exception=OSError(), job=SimpleNamespace(attempts=attempts)
    ):
        waits.append(decision.retry_at)
        attempts += 1
    assert attempts == MAIL_ATTEMPTS
    assert (waits[-1] - waits[0]).total_seconds() > 24 * 3600


def test_a_job_that_does_not_find_its_mail_fails_and_is_tried_again(mail, mailoutbox):
    pk = mail.pk
    mail.delete()
    with pytest.raises(OutgoingMail.DoesNotExist) as failure:
        send_mail.func(SimpleNamespace(job=None), mail_id=pk)
    assert send_mail.get_retry_exception(failure.value, SimpleNamespace(attempts=0))
    assert mailoutbox == []


def test_a_mail_that_another_job_is_sending_is_left_to_it(mail, run_jobs, mailoutbox):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"mail {mail.pk}"])
    with pytest.raises(MailInHandError):
        run(mail)
    mail.refresh_from_db()
    assert (mail.attempts, mail.last_error, mailoutbox) == (0, "", [])
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")
    other.close()
    run(mail)
    assert (mail.status, len(mailoutbox)) == ("sent", 1)


def test_a_mail_that_left_is_noted_even_if_the_database_is_away_just_then(mail, mailoutbox, monkeypatch):
    """The connection breaks while the mail server answers."""
    waits = []
    monkeypatch.setattr("lib.outages.time.sleep", waits.append)
    monkeypatch.setattr(
        "lib.outages.connection.close", lambda: None
    )  # a test's transaction would end with it
    failures = iter([OperationalError("away"), InterfaceError("closed")])

    def save(self, **kwargs):
        for failure in failures:
            raise failure
        models.Model.save(self, **kwargs)

    monkeypatch.setattr(OutgoingMail, "save", save)
    run(mail)
    assert (mail.status, mail.attempts, len(mailoutbox), waits) == ("sent", 1, 1, [0.2, 1])


def test_waiting_mails_without_a_job_get_one_and_others_do_not(mail, run_jobs, mailoutbox):
    with_job = queue_rendered_mail(event="test/one", to="bob@acme.example", subject="Hello", text="Text")
    sent = queue_rendered_mail(event="test/one", to="fiona@acme.example", subject="Hello", text="Text")
    run(sent)
    ProcrastinateJob.objects.filter(args__mail_id__in=[mail.pk, sent.pk]).update(status="failed")
    take_up_forgotten_mails.func(0)
    jobs = ProcrastinateJob.objects.filter(task_name=SEND_MAIL, status="todo")
    assert sorted(jobs.values_list("args__mail_id", flat=True)) == [mail.pk, with_job.pk]
    take_up_forgotten_mails.func(0)
    assert jobs.count() == 2


def test_what_a_person_is_waiting_for_goes_first(db):
    queue_rendered_mail(event="cases/reply", to="bob@acme.example", subject="Hello", text="Text")
    queue_rendered_mail(
        event="account/email/password_reset_key", to="alice@acme.example", subject="Hello", text="Text"
    )
    jobs = {job.args["mail_id"]: job.priority for job in ProcrastinateJob.objects.filter(task_name=SEND_MAIL)}
    assert [jobs[mail.pk] for mail in OutgoingMail.objects.order_by("pk")] == [0, URGENT]


def test_a_rolled_back_action_leaves_neither_mail_nor_job(db):
    with transaction.atomic():
        queue_rendered_mail(event="test/one", to="alice@acme.example", subject="Hello", text="Text")
        assert ProcrastinateJob.objects.filter(task_name=send_mail.name).count() == 1
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_a_page_works_while_the_mail_server_is_down(sign_in, alice, mail_server_is_down):
    """Opening a case mails its contact; the mail waits."""
    case = make_case(alice)
    assert sign_in(alice).get(case.get_absolute_url()).status_code == 200
    assert OutgoingMail.objects.get().status == "waiting"


@pytest.mark.parametrize(
    "subject", ["One\nBcc: victim@example.org", "One\r\n two", "x" * 400, " padded  out "]
)
def test_a_subject_is_one_line_and_cannot_add_headers(db, run_jobs, mailoutbox, subject):
    queue_rendered_mail(event="test/one", to="alice@acme.example", subject=subject, text="Text")
    run_jobs()
    sent = mailoutbox[0]
    assert sent.subject == " ".join(subject.split())[:250]
    assert sent.recipients() == ["alice@acme.example"]
    assert sent.message()["Bcc"] is None


def test_a_mail_is_written_in_the_language_and_name_of_the_site(alice, mailoutbox, run_jobs):
    User.objects.filter(pk=alice.user.pk).update(language="en")
    make_case(alice)
    run_jobs()
    assert "Customer portal" in mailoutbox[0].alternatives[0][0]
    assert mailoutbox[0].alternatives[0][0].count("http://localhost") >= 1


@pytest.mark.parametrize(("zone", "day"), [("", "Jan 2, 2030"), ("Pacific/Honolulu", "Jan 1, 2030")])
def test_a_date_in_a_mail_is_the_readers_day_and_not_that_of_whoever_caused_it(alice, zone, day):
    User.objects.filter(pk=alice.user.pk).update(time_zone=zone)
    invitation = Invitation(email=alice.email, contact=alice, expires_at=datetime(2030, 1, 2, 3, tzinfo=UTC))
    with timezone.override("America/Chicago"):
        mail = queue_mail(event="accounts/invitation", to=alice.email, context={"invitation": invitation})
    assert f"is valid until {day}" in mail.text


def test_every_mail_has_an_id_of_its_own(db):
    mails = [
        queue_rendered_mail(event="test/one", to="a@acme.example", subject="Hello", text="Text")
        for _ in range(2)
    ]
    assert mails[0].message_id != mails[1].message_id
