"""A case as one conversation: messages and quiet entries about what else happened, in the order of time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Activity, Contact
from cases.models import CaseMessage, Priority
from lib import markdown
from lib.uploads import IMAGES, extension_of

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
    messages: Iterable[CaseMessage],
    activities: Iterable[Activity],
    *,
    reader: Contact | None,
    addresses: Addresses,
    editable_for: timedelta | None = None,
    now: datetime | None = None,
    read_until: datetime | None = None,
) -> list[Entry]:
    """``messages`` as CaseMessageQuerySet.for_conversation loads them.

    A customer changes what they wrote ``editable_for`` so long, unless somebody has answered it (``messages``
    are the latest then); what others said after ``read_until`` is new to them.
    """
    written = sorted(messages, key=lambda message: (message.created_at, message.pk))
    entries = [_message_entry(message, reader, addresses, read_until) for message in written]
    if editable_for and now:
        entries = _with_edits(entries, written, addresses, editable_for, now)
    entries += [_event_entry(activity, for_customer=reader is not None) for activity in activities]
    entries.sort(key=lambda entry: entry.time)
    return entries if reader is None else _with_first_new(_in_runs(entries))


def _with_edits(
    entries: list[Entry],
    written: list[CaseMessage],
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
    message: CaseMessage, reader: Contact | None, addresses: Addresses, read_until: datetime | None
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
        initials=message.author.initials,
        role_label=_("Support") if message.is_by_staff else "",
        is_staff=message.is_by_staff,
        is_mine=is_mine,
        is_internal=message.is_internal,
        is_new=not is_mine and read_until is not None and message.created_at > read_until,
        is_long=_lines(message.body) > FOLDED_FROM,
        is_edited=message.edited_at is not None,
        attachments=tuple(_file(attached, addresses.file) for attached in message.attached),  # type: ignore[attr-defined]
    )


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


def _event_entry(activity: Activity, *, for_customer: bool) -> Entry:
    return Entry(
        time=activity.at,
        actor=activity.actor_name or _("The system"),
        text=_event_text(activity, for_customer=for_customer),
        icon=EVENT_ICONS.get(activity.verb, "dot"),
        is_internal=activity.is_internal,
    )


def _event_text(activity: Activity, *, for_customer: bool) -> str:
    details: dict[str, Any] = activity.details
    if activity.verb == "case.status_changed":
        words = details.get("after_customer_label" if for_customer else "after_label") or _earlier_words(
            details, for_customer=for_customer
        )
        return _("changed the status to %(status)s") % {"status": words}
    if activity.verb == "case.assigned":
        return str(
            _("assigned the case to %(to)s") % details if details.get("to") else _("unassigned the case")
        )
    if activity.verb == "case.priority_changed":
        priority = _("changed the priority to %(priority)s") % {
            "priority": dict(Priority.choices).get(details["after"], "")
        }
        return f"{priority}: {details['reason']}" if details.get("reason") and not for_customer else priority
    sentence = str(SENTENCES[activity.verb] % details)
    return f"{sentence}: {details['reason']}" if details.get("reason") and not for_customer else sentence


def _earlier_words(details: dict[str, Any], *, for_customer: bool) -> str:
    after: str = details.get("after", "")
    for_agents, for_customers = EARLIER_STATUSES.get(after, (after, after))
    return str(for_customers if for_customer else for_agents)


EVENT_ICONS = {
    "case.status_changed": "arrow-repeat",
    "case.priority_changed": "flag",
    "case.escalated": "exclamation-triangle",
    "case.rated": "star",
    "case.participant_added": "people",
    "case.participant_removed": "people",
    "case.handed_over": "person",
    "case.merged": "link-45deg",
    "case.merged_away": "link-45deg",
    "case.split": "link-45deg",
    "case.split_off": "link-45deg",
}

EARLIER_STATUSES = {
    "new": (gettext_lazy("New"), gettext_lazy("New")),
    "in_progress": (gettext_lazy("In progress"), gettext_lazy("In progress")),
    "waiting": (gettext_lazy("Waiting for customer"), gettext_lazy("Waiting for you")),
    "on_hold": (gettext_lazy("On hold"), gettext_lazy("On hold")),
    "resolved": (gettext_lazy("Resolved"), gettext_lazy("Resolved")),
    "cancelled": (gettext_lazy("Cancelled"), gettext_lazy("Cancelled")),
}
"""For agents and for customers. The log cannot be rewritten: its lines from before statuses had words of
their own name the status alone."""

SENTENCES = {
    "case.escalated": gettext_lazy("escalated the case"),
    "case.rated": gettext_lazy("rated the help %(rating)s out of 5"),
    "case.participant_added": gettext_lazy("added %(who)s"),
    "case.participant_removed": gettext_lazy("removed %(who)s from the loop"),
    "case.handed_over": gettext_lazy("transferred the case from %(before)s to %(after)s"),
    "case.merged": gettext_lazy("merged case %(number)s into this one"),
    "case.merged_away": gettext_lazy("merged this case into %(number)s"),
    "case.split": gettext_lazy("split case %(number)s off from this one"),
    "case.split_off": gettext_lazy("split this case off from %(number)s"),
    "case.renamed": gettext_lazy("changed the subject from \u201c%(before)s\u201d"),
    "case.queued": gettext_lazy("moved the case to the queue %(to)s"),
    "case.reclassified": gettext_lazy("changed type and product to %(type)s, %(product)s"),
    "case.time_entered": gettext_lazy("logged %(minutes)s minutes of work"),
    "case.promise_near": gettext_lazy("warned that an SLA target is about to be missed"),
    "case.promise_missed": gettext_lazy("warned that an SLA target was missed"),
    "case.lead_told": gettext_lazy("notified %(who)s that an SLA target was missed"),
    "case.time_taken_back": gettext_lazy("reversed %(minutes)s minutes of work"),
    "case.entitlement_changed": gettext_lazy("changed the entitlement to %(to)s"),
    "case.mail_waits": gettext_lazy(
        "kept an email from a program under Inbound emails, for you to decide on: %(subject)s"
    ),
    "case.mail_returned": gettext_lazy("noted that %(who)s does not get our emails: %(reason)s"),
    "case.article_drafted": gettext_lazy("drafted an article from this case"),
}
