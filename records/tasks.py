import logging
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from lib.jobs import RETRY
from lib.outages import DATABASE, outage_of
from records.actions.marks import forget_marks_of_gone_records
from records.inbound import mailbox, receive
from records.models import Attachment, InboundMail

logger = logging.getLogger(__name__)

GRACE = timedelta(days=1)
"""An upload in progress has its file before its row."""


@app.periodic(cron="40 3 * * *")
@app.task(name="records.tasks.sweep_files")
def sweep_files(timestamp: int) -> None:
    """Remove files that no row knows: what a crash between writing the file and the row left behind."""
    kinds = [model for model in apps.get_models() if issubclass(model, Attachment)]
    known = {name for kind in kinds for name in kind.objects.values_list("file", flat=True)}
    oldest = (timezone.now() - GRACE).timestamp()
    for folder in {kind._meta.app_label for kind in kinds}:
        for path in Path(settings.MEDIA_ROOT).glob(f"{folder}/*/*"):
            if str(path.relative_to(settings.MEDIA_ROOT)) not in known and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


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
@app.task(name="records.tasks.take_up_forgotten_messages", queueing_lock="forgotten messages")
def take_up_forgotten_messages(timestamp: int) -> None:
    if count := receive.take_up_waiting():
        logger.warning("%d inbound mails had no job any more; they have one now", count)


@app.periodic(cron="50 3 * * *")
@app.task(name="records.tasks.forget_inbound_mail")
def forget_inbound_mail(timestamp: int) -> None:
    """Remove the messages themselves after MAIL_IN_KEPT_DAYS."""
    receive.forget_contents()


@app.periodic(cron="* * * * *")
@app.task(name="records.tasks.fetch_inbound_mail", queueing_lock="fetch_inbound_mail")
def fetch_inbound_mail(timestamp: int) -> None:
    if settings.MAIL_IN_IMAP_URL:
        mailbox.fetch_quietly(settings.MAIL_IN_IMAP_URL)


@app.periodic(cron="15 4 * * *")
@app.task(name="records.tasks.sweep_marks")
def sweep_marks(timestamp: int) -> None:
    """A mark names its record by type and number, so it outlives it."""
    forget_marks_of_gone_records()
