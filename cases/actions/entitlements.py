"""What cases and hours draw from what an account has bought."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Contact, User
from cases.models import Case, CaseDesk, Deduction, Entitlement, Priority, Product, TimeEntry

OPENING, RESOLVING = Entitlement.Moment.OPENING, Entitlement.Moment.RESOLVING


def entitlement_for(contact: Contact, product: Product | None) -> Entitlement | None:
    """What the contact's next case about ``product`` would draw from: the first that still takes one, or else the first."""
    covering = Entitlement.objects.covering(contact.account_id, product.pk if product else None).with_consumption()
    found = list(covering.select_related("sla_policy"))
    return next((entitlement for entitlement in found if entitlement.takes_another_case), next(iter(found), None))


def offered_priorities(entitlement: Entitlement | None, desk: CaseDesk) -> list[str]:
    """In their natural order."""
    offered = (entitlement.priorities if entitlement else []) or desk.priorities or Priority.values
    return [priority for priority in Priority.values if priority in offered]


def claim_entitlement(contact: Contact, product: Product | None) -> Entitlement | None:
    """The same for a case that is being opened: the rows stay locked, so that the last case is not opened twice.

    Raises ValidationError (code "entitlement") where the account may open no more.
    """
    covering = Entitlement.objects.covering(contact.account_id, product.pk if product else None)
    found = list(covering.select_for_update(of=("self",)))
    claimed = next((entitlement for entitlement in found if entitlement.takes_another_case), None)
    if claimed is None and found:
        raise ValidationError(_("Your support contract is used up. Please talk to your account manager."), code="entitlement")
    if claimed is None and CaseDesk.objects.the_one().needs_entitlement:
        raise ValidationError(_("There is no support contract for this. Please talk to your account manager."), code="entitlement")
    return claimed


def deduct_case(case: Case, moment: str) -> None:
    """A case counts once, at the moment that its entitlement names."""
    entitlement = case.entitlement
    if entitlement and entitlement.counts(moment):
        Deduction.objects.get_or_create(entitlement=entitlement, case=case, time_entry=None, amount__gt=0, defaults={"amount": Decimal(1)})


@transaction.atomic
def enter_time(
    *, actor: Actor, case: Case, agent: User, minutes: int, worked_on: date | None = None, note: str = "", is_billable: bool = True
) -> TimeEntry:
    """Keep what an agent worked; where the entitlement counts hours, they are deducted."""
    entry = TimeEntry.objects.create(
        case=case, agent=agent, minutes=minutes, worked_on=worked_on or timezone.localdate(), note=note, is_billable=is_billable
    )
    entitlement = case.entitlement
    if entitlement and entitlement.unit == Entitlement.Unit.HOURS and is_billable:
        hours = (Decimal(minutes) / 60).quantize(Decimal("0.01"))
        Deduction.objects.create(entitlement=entitlement, case=case, time_entry=entry, amount=hours, note=note[:150])
    record_activity(actor=actor, verb="case.time_entered", record=case, is_internal=True, minutes=minutes)
    return entry


@transaction.atomic
def correct_statement(*, actor: Actor, deduction: Deduction, amount: Decimal, note: str) -> Deduction:
    """Give back, or take more, with a line of its own: the statement is never rewritten."""
    line = Deduction.objects.create(entitlement=deduction.entitlement, case=deduction.case, amount=amount, note=note)
    record_activity(actor=actor, verb="entitlement.corrected", record=deduction.entitlement, amount=str(amount), note=note)
    return line
