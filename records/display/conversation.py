"""A record as one conversation: messages and quiet entries about what else happened, in the order of time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import Activity, Contact
from lib import markdown
from lib.file_kinds import extension_of
from lib.uploads import IMAGES
from records.detail import Told
from records.models import Message

FOLDED_FROM, LINE = 40, 90
"""So many lines are folded; a line that is longer than so many characters counts for several."""
ONE_RUN = timedelta(hours=1)
"""What one person does of one kind within this time is told in one line."""
ICONS = {
    "pdf": "file-earmark-pdf",
    "log": "file-earmark-text",
    "txt": "file-earmark-text",
    "csv": "file-earmark-text",
}


@dataclass(frozen=True)
class File:
    name: str
    url: str
    size_label: str
    icon: str
    is_picture: bool = False


@dataclass(frozen=True)
class Entry:
    """One message, or one event."""

    time: datetime
    actor: str
    is_message: bool = False
    text: str = ""
    icon: str = "arrow-repeat"
    anchor: str = ""
    body: str = ""
    body_html: str = ""
    folded: str = ""
    initials: str = ""
    role_label: str = ""
    is_staff: bool = False
    is_mine: bool = False
    is_internal: bool = False
    is_new: bool = False
    is_first_new: bool = False
    is_long: bool = False
    is_edited: bool = False
    edit_url: str = ""
    edit_until: datetime | None = None
    attachments: tuple[File, ...] = ()


@dataclass(frozen=True)
class Addresses:
    """Where an attachment is, by its id, and where one's own message is changed, by its key."""

    file: Callable[[str], str]
    edit: Callable[[int], str] | None = None


def conversation(
    messages: Iterable[Message],
    activities: Iterable[Activity],
    *,
    events: Mapping[str, Told],
    reader: Contact | None,
    addresses: Addresses,
    editable_for: timedelta | None = None,
    now: datetime | None = None,
    read_until: datetime | None = None,
) -> list[Entry]:
    """``messages`` as MessageQuerySet.for_conversation loads them.

    A customer changes what they wrote ``editable_for`` so long, unless somebody has answered it (``messages``
    are the latest then); what others said after ``read_until`` is new to them.
    """
    written = sorted(messages, key=lambda message: (message.created_at, message.pk))
    entries = [_message_entry(message, reader, addresses, read_until) for message in written]
    if editable_for and now:
        entries = _with_edits(entries, written, addresses, editable_for, now)
    entries += [
        _event_entry(activity, events[activity.verb], for_customer=reader is not None)
        for activity in activities
    ]
    entries.sort(key=lambda entry: entry.time)
    return entries if reader is None else _with_first_new(_in_runs(entries))


def _with_edits(
    entries: list[Entry],
    written: list[Message],
    addresses: Addresses,
    editable_for: timedelta,
    now: datetime,
) -> list[Entry]:
    """From the latest back to where somebody else spoke."""
    found = list(entries)
    for place in range(len(entries) - 1, -1, -1):
        until = written[place].created_at + editable_for
        if not entries[place].is_mine or until <= now or addresses.edit is None:
            break
        found[place] = replace(entries[place], edit_url=addresses.edit(written[place].pk), edit_until=until)
    return found


def _with_first_new(entries: list[Entry]) -> list[Entry]:
    place = next((place for place, entry in enumerate(entries) if entry.is_new), None)
    if place is not None:
        entries[place] = replace(entries[place], is_first_new=True)
    return entries


def _in_runs(entries: list[Entry]) -> list[Entry]:
    """Events of one kind by one person on one another's heels are one line."""
    found: list[Entry] = []
    for entry in entries:
        if found and _goes_on(found[-1], entry):
            found[-1] = replace(entry, text=f"{found[-1].text}, {entry.text}")
        else:
            found.append(entry)
    return found


def _goes_on(before: Entry, entry: Entry) -> bool:
    alike = (before.actor, before.icon) == (entry.actor, entry.icon) and not (
        before.is_message or entry.is_message
    )
    return alike and entry.time - before.time < ONE_RUN


def _message_entry(
    message: Message, reader: Contact | None, addresses: Addresses, read_until: datetime | None
) -> Entry:
    is_mine = reader is not None and message.author_contact_id == reader.pk
    return Entry(
        time=message.created_at,
        actor=message.author_name,
        is_message=True,
        anchor=f"message-{message.pk}",
        body=message.body,
        body_html=markdown.cleaned(message.body_html),
        folded=message.folded,
        initials=message.author_initials,
        role_label=_role(message, reader),
        is_staff=message.is_by_staff,
        is_mine=is_mine,
        is_internal=message.is_internal,
        is_new=not is_mine and read_until is not None and message.created_at > read_until,
        is_long=_lines(message.body) > FOLDED_FROM,
        is_edited=message.edited_at is not None,
        attachments=tuple(_file(attached, addresses.file) for attached in message.attached),  # type: ignore[attr-defined]
    )


def _role(message: Message, reader: Contact | None) -> str:
    """Customers are told who is staff; staff (no ``reader``) what is between themselves."""
    if reader is None:
        return _("Internal note") if message.is_internal else ""
    return _("Support") if message.is_by_staff else ""


def _lines(body: str) -> int:
    return sum(1 + len(line) // LINE for line in body.splitlines())


def _file(attached: dict[str, Any], file_url: Callable[[str], str]) -> File:
    extension = extension_of(attached["name"])
    icon = "file-earmark-image" if extension in IMAGES else ICONS.get(extension, "file-earmark")
    return File(
        attached["name"],
        file_url(attached["id"]),
        filesizeformat(attached["size"]),
        icon,
        extension in IMAGES,
    )


def _event_entry(activity: Activity, told: Told, *, for_customer: bool) -> Entry:
    return Entry(
        time=activity.at,
        actor=activity.actor_name or _("The system"),
        text=told.sentence(activity.details, for_customer=for_customer),
        icon=told.icon,
        is_internal=activity.is_internal,
    )
