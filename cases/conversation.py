"""A case as one conversation: messages and quiet entries about what else happened, in the order of time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Activity, Contact
from cases.models import CaseMessage, Priority
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
    body: str = ""
    body_html: str = ""
    initials: str = ""
    role_label: str = ""
    is_staff: bool = False
    is_mine: bool = False
    is_internal: bool = False
    is_new: bool = False
    is_edited: bool = False
    edit_url: str = ""
    attachments: tuple[File, ...] = ()


@dataclass(frozen=True)
class Addresses:
    """Where an attachment is, by its id, and where one's own message is changed, by its key."""

    file: Callable[[str], str]
    edit: Callable[[int], str] | None = None


def conversation(
    messages: Iterable[CaseMessage],
    activities: Iterable[Activity],
    *,
    reader: Contact | None,
    addresses: Addresses,
    editable_from: datetime | None = None,
    read_until: datetime | None = None,
) -> list[Entry]:
    """``messages`` as CaseMessageQuerySet.for_conversation loads them. A customer changes what they wrote since
    ``editable_from``; what others said after ``read_until`` is new to them."""
    entries = [_message_entry(message, reader, addresses, editable_from, read_until) for message in messages]
    entries += [_event_entry(activity, for_customer=reader is not None) for activity in activities]
    return sorted(entries, key=lambda entry: entry.time)


def _message_entry(
    message: CaseMessage, reader: Contact | None, addresses: Addresses, editable_from: datetime | None, read_until: datetime | None
) -> Entry:
    is_mine = reader is not None and message.author_contact_id == reader.pk
    is_editable = is_mine and editable_from is not None and message.created_at > editable_from
    return Entry(
        time=message.created_at,
        actor=message.author_name,
        is_message=True,
        anchor=f"message-{message.pk}",
        body=message.body,
        body_html=mark_safe(message.body_html),
        initials=message.author.initials,
        role_label=_("Support") if message.is_by_staff else "",
        is_staff=message.is_by_staff,
        is_mine=is_mine,
        is_internal=message.is_internal,
        is_new=not is_mine and read_until is not None and message.created_at > read_until,
        is_edited=message.edited_at is not None,
        edit_url=addresses.edit(message.pk) if is_editable and addresses.edit else "",
        attachments=tuple(_file(attached, addresses.file) for attached in message.attached),  # type: ignore[attr-defined]
    )


def _file(attached: dict[str, Any], file_url: Callable[[str], str]) -> File:
    extension = extension_of(attached["name"])
    icon = "file-earmark-image" if extension in IMAGES else ICONS.get(extension, "file-earmark")
    return File(attached["name"], file_url(attached["id"]), filesizeformat(attached["size"]), icon)


def _event_entry(activity: Activity, *, for_customer: bool) -> Entry:
    return Entry(
        time=activity.at,
        actor=activity.actor_name or _("The system"),
        text=_event_text(activity, for_customer=for_customer),
        is_internal=activity.is_internal,
    )


def _event_text(activity: Activity, *, for_customer: bool) -> str:
    details: dict[str, Any] = activity.details
    if activity.verb == "case.status_changed":
        words: str = details.get("after_customer_label" if for_customer else "after_label") or details.get("after", "")
        return _("changed the status to %(status)s") % {"status": words}
    if activity.verb == "case.assigned":
        return str(_("assigned the case to %(to)s") % details if details.get("to") else _("took the case from its assignee"))
    if activity.verb == "case.priority_changed":
        priority = _("changed the priority to %(priority)s") % {"priority": dict(Priority.choices).get(details["after"], "")}
        return f"{priority}: {details['reason']}" if details.get("reason") and not for_customer else priority
    sentence = str(SENTENCES[activity.verb] % details)
    return f"{sentence}: {details['reason']}" if details.get("reason") and not for_customer else sentence


SENTENCES = {
    "case.escalated": gettext_lazy("escalated the case"),
    "case.rated": gettext_lazy("rated the help with %(rating)s of 5"),
    "case.participant_added": gettext_lazy("added %(who)s"),
    "case.participant_removed": gettext_lazy("took %(who)s out of the loop"),
    "case.handed_over": gettext_lazy("handed the case over from %(before)s to %(after)s"),
    "case.merged": gettext_lazy("merged case %(number)s into this one"),
    "case.merged_away": gettext_lazy("merged this case into %(number)s"),
    "case.split": gettext_lazy("made case %(number)s of a part of this one"),
    "case.split_off": gettext_lazy("made this case of a part of %(number)s"),
    "case.queued": gettext_lazy("moved the case to the queue %(to)s"),
    "case.reclassified": gettext_lazy("changed type and product to %(type)s, %(product)s"),
    "case.time_entered": gettext_lazy("entered %(minutes)s minutes of work"),
    "case.promise_near": gettext_lazy("warned: a promise is about to run out"),
    "case.promise_missed": gettext_lazy("warned: a promise has run out"),
    "case.article_drafted": gettext_lazy("drafted an article from this case"),
}
