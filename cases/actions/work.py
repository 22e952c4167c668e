"""What agents worked for a case."""

import uuid
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import User
from cases.actions.entitlements import deduct_time, give_back
from cases.actions.status import locked_case
from cases.models import Case, Deduction, TimeEntry
from lib.locks import locked, locked_rows
from lib.submissions import sent_before


@transaction.atomic
def enter_time(
    *,
    actor: Actor,
    case: Case,
    agent: User,
    minutes: int,
    worked_on: date | None = None,
    note: str = "",
    is_billable: bool = True,
    submission: uuid.UUID | None = None,
) -> TimeEntry:
    """Keep what an agent worked; where the entitlement counts hours, they are deducted.

    The same ``submission`` sent twice makes one entry. Raises ValidationError; what is about the day names
    ``worked_on``.
    """
    case, day = locked_case(case), worked_on or timezone.localdate()
    if before := sent_before(TimeEntry.objects.filter(case=case), submission):
        return before
    _check_work(case, day)
    words = {"minutes": minutes, "worked_on": day, "note": note, "is_billable": is_billable}
    number = submission or uuid.uuid4()
    entry = TimeEntry.objects.create(case=case, agent=agent, submission=number, **words)
    deduct_time(case.entitlement, entry)
    record_activity(actor=actor, verb="case.time_entered", record=case, is_internal=True, minutes=minutes)
    return entry


@transaction.atomic
def take_back_time(*, actor: Actor, entry: TimeEntry) -> TimeEntry:
    """A wrong entry stays to be seen, marked, and what was deducted for it is given back. Done twice, it is
    done once."""
    case = locked_case(entry.case)
    entry = locked(entry)
    if entry.taken_back_at:
        return entry
    entry.taken_back_at = timezone.now()
    entry.save(update_fields=["taken_back_at"])
    for line in locked_rows(Deduction.objects.filter(time_entry=entry, corrects=None)):
        give_back(line, _("Entered by mistake"))
    record_activity(
        actor=actor, verb="case.time_taken_back", record=case, is_internal=True, minutes=entry.minutes
    )
    return entry


def _check_work(case: Case, day: date) -> None:
    if case.merged_into_id:
        raise ValidationError(_("This case was merged into another one. Please log time there."))
    if day < (opened := _first_day(case)):
        raise ValidationError(
            {"worked_on": _("The case was opened on %(day)s.") % {"day": date_format(opened)}}
        )


def _first_day(case: Case) -> date:
    """That of its first message, which may have come from a case that was merged into this one, or split."""
    written = case.messages.aggregate(first=Min("created_at"))["first"]
    return timezone.localdate(min(case.created_at, written or case.created_at))
