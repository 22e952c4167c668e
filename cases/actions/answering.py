"""An agent sends what the composer holds: the message, and what is to happen to the case with it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases.actions.mentions import write_note
from cases.actions.messages import reply_to_case
from cases.actions.scheduling import schedule_reply
from cases.actions.status import assign_case, change_priority, change_status, locked_case
from cases.actions.triage import move_to_queue
from cases.models import Case, CaseMessage, CaseStatus, Queue, ScheduledReply
from lib.submissions import sent_before

Sent = CaseMessage | ScheduledReply


@dataclass(frozen=True, kw_only=True)
class Then:
    """What happens to the case with the message."""

    status: CaseStatus | None = None
    priority: str = ""
    queue: Queue | None = None
    assigns_me: bool = False
    goes_at: datetime | None = None
    """When the message is sent; None: now. The status changes with it, the rest at once."""


@transaction.atomic
def answer_case(
    *,
    actor: Actor,
    case: Case,
    body: str,
    is_note: bool,
    then: Then,
    uploads: Sequence[UploadedFile[bytes]] = (),
    submission: uuid.UUID | None = None,
) -> Sent:
    """All of it, or nothing. The same ``submission`` sent twice is sent once, and changes the case once."""
    case = locked_case(case)
    if before := _sent_before(case, submission):
        return before
    _arrange(actor, case, then)
    message: dict[str, Any] = {
        "actor": actor,
        "case": case,
        "body": body,
        "uploads": uploads,
        "submission": submission,
    }
    if is_note:
        return _noted(message, then)
    if then.goes_at:
        return schedule_reply(**message, goes_at=then.goes_at, status=then.status)
    return reply_to_case(**message, status=then.status)


def _sent_before(case: Case, submission: uuid.UUID | None) -> Sent | None:
    said = sent_before(CaseMessage.objects.filter(case=case), submission)
    return said or sent_before(ScheduledReply.objects.filter(case=case), submission)


def _arrange(actor: Actor, case: Case, then: Then) -> None:
    """The assignee is set first, so that the queue's agents are not mailed about an assigned case."""
    if then.assigns_me:
        assign_case(actor=actor, case=case, to=actor.user)
    if then.priority:
        change_priority(actor=actor, case=case, priority=then.priority)
    if then.queue:
        move_to_queue(actor=actor, case=case, queue=then.queue)


def _noted(message: dict[str, Any], then: Then) -> CaseMessage:
    if then.goes_at:
        raise ValidationError({"goes_at": _("Only a reply can be sent later.")})
    note = write_note(**message)
    if then.status:
        change_status(actor=message["actor"], case=message["case"], status=then.status)
    return note
