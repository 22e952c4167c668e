"""What a feature says of the conversation about its records: its own table of messages, who may write, and
what else happens when somebody has written.

Actions take a Talk, for they know no surfaces; a feature declares it beside its actions and names it in its
surface.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from accounts.scoping import Permitted
from lib.locks import locked
from records.models import Message

R = TypeVar("R", bound=models.Model)
OVER = _("This conversation is closed. Its messages can no longer be changed.")


def no_successor(record: Any) -> None:
    """The conversation stays where it began."""


def nothing_more(actor: Any, record: Any, message: Any) -> None:
    """What was written is all."""


def never_refused(record: Any, contact: Contact | None) -> str:
    """There is always more to be said."""
    return ""


def never_edited(record: Any) -> None:
    """What was said stays."""


@dataclass(frozen=True, kw_only=True)
class Talk(Generic[R]):
    messages: type[Message]
    code: str
    """One to three letters that name the type of record in the addresses of its mails."""
    accepts: Callable[[R, Contact], bool]
    """Whether the contact has a part in the record. Anybody else reads, at most."""
    refusal: Callable[[R, Contact | None], str] = never_refused
    """Why nothing is said about the record any more, whoever asks; empty while it goes on. No contact: what
    holds for staff."""
    editable_for: Callable[[R], timedelta | None] = never_edited
    """How long a customer may put their own words right; None: no longer, the conversation is over."""
    over_words: str | Promise = OVER
    subject: Callable[[R], str] = str
    """Of the mails about the record: one thread."""
    successor: Callable[[R], int | None] = no_successor
    """The primary key of the record that took over this one's conversation."""
    lock: Callable[[R], R] = locked
    after: Callable[..., None] = nothing_more
    """Does what follows from a reply (actor, record, message, and what the caller of ``reply`` adds by
    name), in the same transaction and with the record locked."""

    @property
    def parent(self) -> str:
        """The name of a message's key to its record."""
        return self.messages.parent

    @property
    def type_name(self) -> str:
        return str(self.messages.parent_model().record_type.name)

    @property
    def attachments(self) -> Any:
        return self.messages.attachment_model()

    def of(self, record: R) -> Any:
        """All that was said, notes among it: for actions and for staff."""
        rows: Any = self.messages.objects
        return rows.about(record)

    def visible_to(self, contact: Permitted | None) -> Any:
        rows: Any = self.messages.objects
        return rows.visible_to(contact)
