import logging

from django.conf import settings
from procrastinate.contrib.django import app

from cases.actions import attend_to_waiting_cases, warn_of_promises
from cases.inbound import mailbox, receive
from cases.models import InboundMail
from lib.jobs import RETRY
from lib.outages import DATABASE, outage_of

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="cases.tasks.watch_promises")
def watch_promises(timestamp: int) -> None:
    """Warn agents before a promise runs out, and when it has."""
    warn_of_promises()


@app.periodic(cron="*/15 * * * *")
@app.task(name="cases.tasks.attend_to_waiting")
def attend_to_waiting(timestamp: int) -> None:
    """Remind customers whose answer is waited for, and resolve what has waited too long."""
    attend_to_waiting_cases()


@app.task(name=receive.READ, retry=RETRY)
def read_inbound_mail(mail_id: int) -> None:
    """Whatever is wrong with the message, it is kept and listed in the administration."""
    try:
        receive.read(mail_id=mail_id)
    except Exception as error:
        if (
            isinstance(error, InboundMail.DoesNotExist) or outage_of(error) == DATABASE
        ):  # says nothing about the message
            raise
        logger.exception("Inbound mail %s could not be read", mail_id)
        receive.note_failure(mail_id=mail_id, error=f"{type(error).__name__}: {error}")


@app.periodic(cron="*/5 * * * *")
@app.task(name="cases.tasks.take_up_forgotten_messages", queueing_lock="forgotten messages")
def take_up_forgotten_messages(timestamp: int) -> None:
    if count := receive.take_up_waiting():
        logger.warning("%d inbound mails had no job any more; they have one now", count)


@app.periodic(cron="50 3 * * *")
@app.task(name="cases.tasks.forget_inbound_mail")
def forget_inbound_mail(timestamp: int) -> None:
    """Remove the messages themselves after CASE_MAIL_KEPT_DAYS."""
    receive.forget_contents()


@app.periodic(cron="* * * * *")
@app.task(name="cases.tasks.fetch_inbound_mail", queueing_lock="fetch_inbound_mail")
def fetch_inbound_mail(timestamp: int) -> None:
    if settings.CASE_MAIL_IMAP_URL:
        mailbox.fetch_quietly(settings.CASE_MAIL_IMAP_URL)
