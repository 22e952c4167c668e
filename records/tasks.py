from procrastinate.contrib.django import app

from records.actions.marks import forget_marks_of_gone_records


@app.periodic(cron="15 4 * * *")
@app.task(name="records.tasks.sweep_marks")
def sweep_marks(timestamp: int) -> None:
    """A mark names its record by type and number, so it outlives it."""
    forget_marks_of_gone_records()
