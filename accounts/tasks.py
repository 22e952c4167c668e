from django.core.management import call_command
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from accounts.actions.mail import note_failed_attempt, send_queued_mail

# After 3, 9, 27 ... seconds: an outage of an hour is bridged, and the last try comes after three days.
MAIL_ATTEMPTS = 11


@app.task(
    name="accounts.tasks.send_mail", queue="mail", pass_context=True, retry=RetryStrategy(max_attempts=MAIL_ATTEMPTS, exponential_wait=3)
)
def send_mail(context: JobContext, mail_id: int) -> None:
    try:
        send_queued_mail(mail_id=mail_id)
    except Exception as error:
        attempts = context.job.attempts if context.job else 0
        note_failed_attempt(mail_id=mail_id, error=repr(error), is_last=attempts >= MAIL_ATTEMPTS)
        raise


@app.periodic(cron="20 3 * * *")
@app.task(name="accounts.tasks.forget_expired_sessions")
def forget_expired_sessions(timestamp: int) -> None:
    call_command("clearsessions")


@app.periodic(cron="* * * * *")
@app.task(name="accounts.tasks.take_up_stalled_jobs", queueing_lock="stalled", pass_context=True)
async def take_up_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker was killed in the middle are tried again; each of our jobs may run twice without harm."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
