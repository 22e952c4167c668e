"""A case as one conversation: messages and quiet entries about what else happened, in the order of time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.models import Activity, Contact
from cases.models import Case, CaseMessage
from portal.lib.uploads import IMAGES, extension_of

ICONS = {"pdf": "file-earmark-pdf", "log": "file-earmark-text", "txt": "file-earmark-text", "csv": "file-earmark-text"}


@dataclass(frozen=True)
class File:
    name: str
    url: str
    size_label: str
    icon: str


@dataclass(frozen=True)
class Entry:
    """One message, or one event."""

    time: datetime
    actor: str
    is_message: bool = False
    text: str = ""
    anchor: str = ""
    body_html: str = ""
    initials: str = ""
    role_label: str = ""
    is_staff: bool = False
    is_mine: bool = False
    is_internal: bool = False
    attachments: tuple[File, ...] = ()


FileUrl = Callable[[str], str]


def conversation(
    messages: Iterable[CaseMessage], activities: Iterable[Activity], *, reader: Contact | None, file_url: FileUrl
) -> list[Entry]:
    """``messages`` as CaseMessageQuerySet.for_conversation loads them; ``file_url`` gives an attachment's address by its id."""
    entries = [_message_entry(message, reader, file_url) for message in messages]
    statuses = Case.STATUS_FOR_CUSTOMERS if reader else dict(Case.Status.choices)
    entries += [_event_entry(activity, statuses) for activity in activities]
    return sorted(entries, key=lambda entry: entry.time)


def _message_entry(message: CaseMessage, reader: Contact | None, file_url: FileUrl) -> Entry:
    return Entry(
        time=message.created_at,
        actor=message.author_name,
        is_message=True,
        anchor=f"message-{message.pk}",
        body_html=mark_safe(message.body_html),
        initials=message.author.initials,
        role_label=_("Support") if message.is_by_staff else "",
        is_staff=message.is_by_staff,
        is_mine=reader is not None and message.author_contact_id == reader.pk,
        is_internal=message.is_internal,
        attachments=tuple(_file(attached, file_url) for attached in message.attached),  # type: ignore[attr-defined]
    )


def _file(attached: dict[str, Any], file_url: FileUrl) -> File:
    extension = extension_of(attached["name"])
    icon = "file-earmark-image" if extension in IMAGES else ICONS.get(extension, "file-earmark")
    return File(attached["name"], file_url(attached["id"]), filesizeformat(attached["size"]), icon)


def _event_entry(activity: Activity, statuses: dict[str, Any]) -> Entry:
    return Entry(
        time=activity.at,
        actor=activity.actor_name or _("The system"),
        text=_event_text(activity, statuses),
        is_internal=activity.is_internal,
    )


def _event_text(activity: Activity, statuses: dict[str, Any]) -> str:
    if activity.verb == "case.assigned":
        assignee = activity.details.get("to")
        return _("assigned the case to %(name)s") % {"name": assignee} if assignee else _("took the case from its assignee")
    after = activity.details.get("after", "")
    return _("changed the status to %(status)s") % {"status": statuses.get(after, after)}
