"""What a feature says of the page of one record: what is loaded for it, what stands beside the conversation,
and which events are told in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.scoping import Permitted
from records.models.marking import concern_of, draft_of, mute_of, read_until

R = TypeVar("R", bound=models.Model)
Details = Mapping[str, Any]
NOW_IN = _("%(number)s was merged into this one.")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an activity says in the conversation of its record, between the actor's name and the time."""

    words: str | Promise | Callable[[Details, bool], str]
    """With ``%(…)s`` for details of the activity; or made of the details, for customers (True) or for
    staff."""
    icon: str = "dot"
    is_for_staff: bool = False
    """Told to nobody else."""

    def sentence(self, details: Details, *, for_customer: bool) -> str:
        """Staff read the reason, too, where there is one."""
        words = self.words(details, for_customer) if callable(self.words) else str(self.words % details)
        reason = "" if for_customer else details.get("reason")
        return f"{words}: {reason}" if reason else words


def with_marks(rows: Any, reader: Permitted) -> Any:
    """Load what the reader has kept about each record, and whether they get its mails unasked."""
    name = rows.model.record_type.name
    return rows.annotate(
        read_at=read_until(reader, name),
        draft=draft_of(reader, name),
        is_muted=mute_of(reader, name),
        is_concerned=concern_of(reader, rows.model),
    )


def nothing_beside(request: PortalRequest, record: Any, *, can_reply: bool) -> dict[str, Any]:
    return {}


def stays(record: Any, reader: Contact) -> None:
    """A record is found where it was."""


@dataclass(frozen=True, kw_only=True)
class Detail(Generic[R]):
    load: Callable[[Any, Permitted], Any] = with_marks
    """Of visible rows those of the page: with all that it shows beside the conversation, in one query that
    is compiled. Among it is what ``with_marks`` loads."""
    facts: Callable[..., Mapping[str, Any]] = nothing_beside
    """What the template shows besides (request, record, can_reply)."""
    template: str = "records/detail.html"
    events: Mapping[str, Told] = field(default_factory=dict)
    """Verb of an activity → what is told of it."""
    moved_to: Callable[[R, Contact], R | None] = stays
    """The record that this one was merged into, if the reader may see that one."""
    moved_words: str | Promise = NOW_IN

    @property
    def told_to_customers(self) -> list[str]:
        return [verb for verb, told in self.events.items() if not told.is_for_staff]
