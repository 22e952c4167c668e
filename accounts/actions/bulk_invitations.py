"""Inviting many contacts: a job for each, and how far they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.actions.invitations import invite_contact
from accounts.actors import Actor
from accounts.models import Contact, Invitation, User, WebRole
from lib.jobs import defer_each
from lib.locks import locked_by_key

TASK = "accounts.tasks.invite_one"
FAILED = ("failed", "cancelled", "aborted")


@dataclass(frozen=True)
class Progress:
    total: int
    done: int
    failed: int

    @property
    def is_over(self) -> bool:
        return self.done >= self.total


@transaction.atomic
def invite_contacts(
    *, actor: Actor, contacts: Iterable[int], roles: Iterable[WebRole] = (), message: str = ""
) -> UUID:
    """Invite these contacts (primary keys), each in a job of its own. Returns the name under which
    ``progress_of`` knows them."""
    batch = uuid4()
    shared: dict[str, Any] = {
        "batch": str(batch),
        "asked_at": timezone.now().isoformat(),
        "user_id": actor.user.pk if actor.user else None,
        "client_ip": actor.client_ip,
        "role_ids": [role.pk for role in roles],
        "message": message,
    }
    defer_each(TASK, ({**shared, "contact_id": pk} for pk in contacts))
    return batch


@transaction.atomic
def invite_one(
    *, actor: Actor, contact_id: int, role_ids: list[int], message: str, asked_at: datetime
) -> None:
    """One of many. Whoever cannot be invited meanwhile, or was invited by this job before it was interrupted,
    is passed over."""
    contact = locked_by_key(Contact, contact_id)
    if Invitation.objects.filter(contact=contact, created_at__gte=asked_at).exists():
        return
    try:
        invite_contact(
            actor=actor, contact=contact, roles=WebRole.objects.filter(pk__in=role_ids), message=message
        )
    except ValidationError:
        return


def actor_of(user_id: int | None, client_ip: str | None) -> Actor:
    """Who asked for a job, for the log."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return Actor(user=user, client_ip=client_ip)


def progress_of(batch: UUID) -> Progress:
    statuses = list(
        ProcrastinateJob.objects.filter(task_name=TASK, args__batch=str(batch)).values_list(
            "status", flat=True
        )
    )
    failed = sum(status in FAILED for status in statuses)
    return Progress(total=len(statuses), done=statuses.count("succeeded") + failed, failed=failed)
