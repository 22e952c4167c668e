"""The demo's site and announcements."""

from datetime import timedelta
from pathlib import Path

from portal.models import Announcement, Site
from records.demo import Calendar, read

CONTENT = Path(__file__).parent / "site.toml"


def load_site(calendar: Calendar) -> None:
    content = read(CONTENT)
    Site.objects.filter(pk=1).update(**content["site"])
    for row in content["announcement"]:
        expires = row.get("expires_in_days")
        announcement = Announcement(
            title=row["title"],
            kind=row["kind"],
            published_at=calendar.ago(row["days_ago"]),
            expires_at=None if expires is None else calendar.today + timedelta(days=expires),
        )
        announcement.write(row["body"].strip())
        announcement.save()
