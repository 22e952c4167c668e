import logging
from datetime import datetime

from django.core.management import call_command
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from accounts import lockout
from accounts.actions import bulk_invitations, forgotten_passwords, invitations
from accounts.actions.access_review import remind_of_reviews as remind
from accounts.actions.contact_imports import create_imported_contacts, invite_next
from accounts.actions.mail import SEND_MAIL
from accounts.actions.mail_delivery import (
    MailInHandError,
    note_failed_attempt,
    send_queued_mail,
    take_up_waiting_mails,
)
from accounts.actions.sessions import forget_ended_sessions
from accounts.actors import Actor
from accounts.models import OutgoingMail
from lib.jobs import MAIL, RETRY, take_up_stalled

logger = logging.getLogger(__name__)

# After 3, 9, 27 ... seconds: an outage of an hour is bridged, and the last try comes after three days.
MAIL_ATTEMPTS = 11


@app.task(
    name=SEND_MAIL,
    queue=MAIL,
    pass_context=True,
    retry=RetryStrategy(max_attempts=MAIL_ATTEMPTS, exponential_wait=3),
)
def send_mail(context: JobContext, mail_id: int) -> None:
    try:
        send_queued_mail(mail_id=mail_id)
    except (OutgoingMail.DoesNotExist, MailInHandError):  # says nothing about the mail server
        raise
    except Exception as error:
        attempts = context.job.attempts if context.job else 0
        note_failed_attempt(mail_id=mail_id, error=repr(error), is_last=attempts >= MAIL_ATTEMPTS)
        raise


@app.periodic(cron="20 3 * * *")
@app.task(name="accounts.tasks.forget_expired_sessions")
def forget_expired_sessions(timestamp: int) -> None:
    call_command("clearsessions")
    forget_ended_sessions()


@app.periodic(cron="25 3 * * *")
@app.task(name="accounts.tasks.forget_old_sign_in_failures")
def forget_old_sign_in_failures(timestamp: int) -> None:
    lockout.forget_old()


@app.task(name="accounts.tasks.answer_request_for_link", retry=RETRY)
def answer_request_for_link(email: str, client_ip: str | None = None) -> None:
    invitations.answer_request_for_link(actor=Actor(client_ip=client_ip), email=email)


@app.task(
    name="accounts.tasks.answer_forgotten_password",
    retry=RETRY,
)
def answer_forgotten_password(email: str, invitation_id: int | None = None, proved: str = "") -> None:
    forgotten_passwords.answer_forgotten_password(email=email, invitation_id=invitation_id, proved=proved)


@app.task(name=bulk_invitations.TASK, retry=RETRY)
def invite_one(
    *,
    batch: str,
    contact_id: int,
    user_id: int | None,
    client_ip: str | None,
    role_ids: list[int],
    message: str,
    asked_at: str,
) -> None:
    actor = bulk_invitations.actor_of(user_id, client_ip)
    at = datetime.fromisoformat(asked_at)
    bulk_invitations.invite_one(
        actor=actor, contact_id=contact_id, role_ids=role_ids, message=message, asked_at=at
    )


@app.periodic(cron="* * * * *")
@app.task(name="accounts.tasks.take_up_stalled_jobs", queueing_lock="stalled", pass_context=True)
async def take_up_stalled_jobs(context: JobContext, timestamp: int) -> None:
    await take_up_stalled(context.app.job_manager)


@app.periodic(cron="30 3 * * *")
@app.task(name="accounts.tasks.forget_finished_jobs", pass_context=True)
async def forget_finished_jobs(context: JobContext, timestamp: int) -> None:
    """Those that failed stay for the administrators."""
    await context.app.job_manager.delete_old_jobs(nb_hours=7 * 24)


@app.periodic(cron="*/5 * * * *")
@app.task(name="accounts.tasks.take_up_forgotten_mails", queueing_lock="forgotten mails")
def take_up_forgotten_mails(timestamp: int) -> None:
    if count := take_up_waiting_mails():
        logger.warning("%d waiting mails had no job any more; they have one now", count)


@app.task(name="accounts.tasks.import_contacts", retry=RETRY)
def import_contacts(import_id: int, client_ip: str | None = None) -> None:
    create_imported_contacts(import_id=import_id, client_ip=client_ip)
    while invite_next(import_id=import_id, client_ip=client_ip):
        pass


@app.periodic(cron="40 7 * * *")
@app.task(name="accounts.tasks.remind_of_reviews")
def remind_of_reviews(timestamp: int) -> None:
    remind()
