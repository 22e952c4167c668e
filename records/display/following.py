"""The button by which a reader gets a record's mails, or no more of them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Contact
from records.surfaces import Surface


@dataclass(frozen=True)
class FollowButton:
    url: str
    value: str
    label: str
    icon: str


def follow_button(surface: Surface[Any], record: Any, reader: Contact) -> FollowButton:
    """``record`` with ``is_muted`` as records.models.marking loads it, and with ``is_concerned`` where only a
    query tells that. Whom the record concerns mutes it; others follow it."""
    if surface.concerns or not hasattr(record, "is_concerned"):
        is_concerned = reader.pk in surface.concerned(record)
    else:
        is_concerned = record.is_concerned
    gets_mails = not record.is_muted if is_concerned else record.is_muted is False
    stop, start = (
        (_("Mute emails"), _("Unmute emails")) if is_concerned else (_("Stop following"), _("Follow"))
    )
    return FollowButton(
        url=f"{record.get_absolute_url()}follow/",
        value="no" if gets_mails else "yes",
        label=stop if gets_mails else start,
        icon="slash-circle" if gets_mails else "bell",
    )
