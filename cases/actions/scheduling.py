"""Replies that are sent later, while the customer works.

The row is the job: once a minute what is due is sent, each in a transaction that writes the message and
removes the row. So a worker that is killed, or two at once, send nothing twice and forget nothing.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import User
from cases.actions.holding import hold
from cases.actions.messages import reply_to_case, why_nothing_is_said
from cases.actions.one_by_one import one_by_one
from cases.actions.status import locked_case
from cases.models import Case, CaseStatus, ScheduledReply
from lib.submissions import sent_before
from lib.uploads import ABOUT_FILES
from records.actions.files import attach

Held = ScheduledReply.Held


@transaction.atomic
def schedule_reply(
    *,
    actor: Actor,
    case: Case,
    body: str,
    goes_at: datetime,
    status: CaseStatus | None = None,
    uploads: Sequence[UploadedFile[bytes]] = (),
    submission: uuid.UUID | None = None,
) -> ScheduledReply:
    """Keep a reply until ``goes_at``. The same ``submission`` sent twice is kept once."""
    case = locked_case(case)
    if before := sent_before(ScheduledReply.objects.filter(case=case), submission):
        return before
    if refusal := why_nothing_is_said(case, None):
        raise ValidationError(refusal)
    if goes_at <= timezone.now():
        raise ValidationError({"goes_at": _("This time has passed.")})
    number = submission or uuid.uuid4()
    what: dict[str, Any] = {"body": body, "goes_at": goes_at, "status": status, "submission": number}
    reply = ScheduledReply.objects.create(case=case, author=cast("User", actor.user), **what)
    attach(reply, uploads)
    _tell(actor, case, "case.reply_scheduled", reply)
    return reply


@transaction.atomic
def take_back_reply(*, actor: Actor, reply: ScheduledReply) -> ScheduledReply | None:
    """Not to be sent after all; returns it as it was. None: it has been sent, or taken back."""
    case = locked_case(reply.case)
    found = ScheduledReply.objects.filter(pk=reply.pk).first()
    if found:
        _tell(actor, case, "case.reply_taken_back", found)
        _remove(found)
    return found


def send_due_replies(now: datetime | None = None) -> int:
    """Returns how many were sent or held."""
    now = now or timezone.now()
    due = ScheduledReply.objects.waiting().filter(goes_at__lte=now)
    return one_by_one(due.values_list("pk", flat=True), lambda pk: _send(pk, now))


def _send(pk: int, now: datetime) -> bool:
    """The case is locked first, as by all who write to it; what was due may have gone or be held by then."""
    found = Case.objects.only("pk").filter(scheduled_replies=pk).first()
    if found is None:
        return False
    case = locked_case(found)
    due = ScheduledReply.objects.waiting().filter(pk=pk, case=case, goes_at__lte=now)
    reply = due.select_related("author", "status").first()
    if reply is None:
        return False
    because = _sent(case, reply)
    if because:
        hold(case, due.get(), because, now)
    return True


def _sent(case: Case, reply: ScheduledReply) -> str:
    """Why it was not; then its row stands as before. The row goes first: a reply that resolves the case must
    not hold itself."""
    author = reply.author
    if not (author.is_active and author.is_staff and author.has_perm("cases.change_case")):
        return Held.AUTHOR_LEFT
    what: dict[str, Any] = {"body": reply.body, "status": reply.status, "submission": reply.submission}
    try:
        with transaction.atomic():
            files = _files(reply)
            _remove(reply)
            reply_to_case(actor=Actor(user=author), case=case, uploads=files, **what)
    except FileNotFoundError:
        return Held.FILES_LOST
    except ValidationError as error:
        if getattr(error, "code", "") == ABOUT_FILES:  # the storage is away: again in a minute
            raise
        return Held.REFUSED
    return ""


def _remove(reply: ScheduledReply) -> None:
    """With its files, as soon as that is certain."""
    kept = [(each.file.storage, str(each.file.name)) for each in reply.attachments.all()]
    reply.delete()
    for storage, name in kept:
        transaction.on_commit(partial(storage.delete, name), robust=True)


def _files(reply: ScheduledReply) -> list[UploadedFile[bytes]]:
    return [
        UploadedFile(kept.file.open("rb"), name=kept.name, size=kept.size) for kept in reply.attachments.all()
    ]


def _tell(actor: Actor, case: Case, verb: str, reply: ScheduledReply) -> None:
    record_activity(actor=actor, verb=verb, record=case, is_internal=True, at=reply.goes_at.isoformat())
