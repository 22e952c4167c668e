from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from cases.models import Attachment

GRACE = timedelta(days=1)
"""An upload in progress has its file before its row."""


@app.periodic(cron="40 3 * * *")
@app.task(name="cases.tasks.sweep_files")
def sweep_files(timestamp: int) -> None:
    """Remove files that no row knows: what a crash between writing the file and the row left behind."""
    known = set(Attachment.objects.values_list("file", flat=True))
    oldest = (timezone.now() - GRACE).timestamp()
    for path in Path(settings.MEDIA_ROOT).glob("cases/*/*"):
        if str(path.relative_to(settings.MEDIA_ROOT)) not in known and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
