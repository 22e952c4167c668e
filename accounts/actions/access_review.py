"""Once a quarter the managers of an account look at who has access, and take away what nobody needs any
more."""

from collections.abc import Collection
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.actions.activity import record_activity
from accounts.actions.colleagues import colleague_of, lock_account
from accounts.actions.mail import queue_mail
from accounts.actions.users import deactivate_colleague, take_roles
from accounts.actors import SYSTEM, Actor
from accounts.models import Account, Activity, Contact, WebRole

QUARTER = timedelta(days=91)
REMINDED = "account.review_reminded"


@transaction.atomic
def review_access(
    *, actor: Actor, removed: Collection[Contact], roles_removed: Collection[tuple[Contact, WebRole]]
) -> None:
    """Note that the access was reviewed; the contacts named lose theirs, others lose single roles. All of it
    or nothing."""
    manager = lock_account(actor=actor, privilege="write")
    if manager.account is None:
        raise PermissionDenied
    for contact in removed:
        deactivate_colleague(actor=actor, contact=contact)
    for contact, role in roles_removed:
        take_roles(actor=actor, manager=manager, contact=colleague_of(manager, contact), roles=[role])
    manager.account.access_reviewed_at = timezone.now()
    manager.account.save(update_fields=["access_reviewed_at"])
    record_activity(
        actor=actor,
        verb="account.access_reviewed",
        record=manager.account,
        removed=len(removed),
        roles_removed=len(roles_removed),
    )


@transaction.atomic
def remind_of_reviews() -> int:
    """Mail the managers of every account whose last review, or last reminder, is a quarter ago; returns how
    many accounts."""
    since = timezone.now() - QUARTER
    due = (
        Account.objects.active()
        .annotate(reviewed=Coalesce("access_reviewed_at", "created_at"))
        .filter(reviewed__lt=since)
    )
    reminded = Activity.objects.filter(
        record_type=Account.record_type.name, verb=REMINDED, at__gt=since
    ).values("account")
    return sum(_remind(account) for account in due.exclude(pk__in=reminded))


def _remind(account: Account) -> bool:
    managers = list(Contact.objects.of_account(account.pk).managers().signing_in())
    for manager in managers:
        queue_mail(
            event="accounts/access_review", to=manager.email, context={"contact": manager, "account": account}
        )
    if managers:
        record_activity(actor=SYSTEM, verb=REMINDED, record=account, is_internal=True)
    return bool(managers)
