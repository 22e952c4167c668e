from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from records.actions.marks import forget_marks_of_gone_records
from records.models import Attachment

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


@app.periodic(cron="15 4 * * *")
@app.task(name="records.tasks.sweep_marks")
def sweep_marks(timestamp: int) -> None:
    """A mark names its record by type and number, so it outlives it."""
    forget_marks_of_gone_records()
