from procrastinate.contrib.django import app

from cases.actions import attend_to_waiting_cases, send_due_replies, warn_of_promises


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


@app.periodic(cron="* * * * *")
@app.task(name="cases.tasks.send_scheduled_replies", queueing_lock="scheduled replies")
def send_scheduled_replies(timestamp: int) -> None:
    """Send what agents wrote for later."""
    send_due_replies()
