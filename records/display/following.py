"""The button by which a reader gets a record's mails, or no more of them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class FollowButton:
    url: str
    value: str
    label: str
    icon: str


def follow_button(record: Any, *, is_muted: bool | None, is_concerned: bool) -> FollowButton:
    """``is_muted`` as records.models.marking.mute_of loads it. Whom the record concerns mutes it; others
    follow it."""
    gets_mails = not is_muted if is_concerned else is_muted is False
    stop, start = (
        (_("Mute emails"), _("Unmute emails")) if is_concerned else (_("Stop following"), _("Follow"))
    )
    return FollowButton(
        url=f"{record.get_absolute_url()}follow/",
        value="no" if gets_mails else "yes",
        label=stop if gets_mails else start,
        icon="slash-circle" if gets_mails else "bell",
    )
