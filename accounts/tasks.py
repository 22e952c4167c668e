from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from accounts.actions.mail import note_failed_attempt, send_queued_mail

# 3, 9, 27 ... seconds: an hour's outage is bridged by the ninth try, and the last comes after a day.
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
