"""What cases and hours draw from what an account has bought. A line of the statement is never rewritten: a
correction is one of its own."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Contact
from cases.models import Case, CaseDesk, Deduction, Entitlement, Priority, Product, StatusCategory, TimeEntry
from lib.locks import locked_by_key, locked_rows

OPENING, RESOLVING = Entitlement.Moment.OPENING, Entitlement.Moment.RESOLVING


def entitlement_for(contact: Contact, product: Product | None) -> Entitlement | None:
    """What the contact's next case about ``product`` would draw from."""
    return next_entitlement(contact.account_id, product.pk if product else None)


def next_entitlement(account_id: int | None, product_id: int | None) -> Entitlement | None:
    """Of an account: the first that still takes a case, or else the first."""
    covering = Entitlement.objects.covering(account_id, product_id).with_consumption()
    found = list(covering.select_related("sla_policy"))
    return next(
        (entitlement for entitlement in found if entitlement.takes_another_case), next(iter(found), None)
    )


def offered_priorities(entitlement: Entitlement | None, desk: CaseDesk) -> list[str]:
    """In their natural order."""
    offered = (entitlement.priorities if entitlement else []) or desk.priorities or Priority.values
    return [priority for priority in Priority.values if priority in offered]


def claim_entitlement(contact: Contact, product: Product | None) -> Entitlement | None:
    """The same for a case that is being opened: the rows stay locked, so that the last case is not opened
    twice.

    Raises ValidationError (code "entitlement") where the account may open no more.
    """
    covering = Entitlement.objects.covering(contact.account_id, product.pk if product else None)
    found = locked_rows(covering)
    claimed = next((entitlement for entitlement in found if entitlement.takes_another_case), None)
    if claimed is None and found:
        raise ValidationError(
            _("Your support contract is used up. Please contact your account manager."), code="entitlement"
        )
    if claimed is None and CaseDesk.objects.the_one().needs_entitlement:
        raise ValidationError(
            _("No support contract covers this. Please contact your account manager."),
            code="entitlement",
        )
    return claimed


def covering_entitlement(case: Case) -> Entitlement | None:
    """What a case that is open already draws from by its product: the first that takes another, its present
    one included, or else the first. Staff are never refused."""
    opened = timezone.localdate(case.created_at)
    found = locked_rows(Entitlement.objects.covering(case.account_id, case.product_id, opened))
    return next(
        (one for one in found if one.pk == case.entitlement_id or one.takes_another_case),
        next(iter(found), None),
    )


def deduct_case(case: Case, moment: str) -> None:
    """A case counts once, at the moment that its entitlement names."""
    entitlement = case.entitlement
    if entitlement and entitlement.counts(moment):
        _charge(entitlement, case)


def draw_from(case: Case, entitlement: Entitlement | None) -> None:
    """Give back what the case and its hours were charged for, and charge another contract. The case's row is
    locked."""
    if case.entitlement_id == (entitlement.pk if entitlement else None):
        return
    note = _("Moved to %(name)s") % {"name": entitlement.name if entitlement else "–"}
    for line in locked_rows(Deduction.objects.filter(case=case, corrects=None)):
        give_back(line, note)
    case.entitlement = entitlement
    case.save(update_fields=["entitlement"])
    if entitlement and (
        entitlement.counts(OPENING)
        or (entitlement.counts(RESOLVING) and case.category == StatusCategory.RESOLVED)
    ):
        _make_up_to(_charge(entitlement, case), Decimal(1))
    for entry in case.time_entries.filter(taken_back_at=None):
        deduct_time(entitlement, entry)


def deduct_time(entitlement: Entitlement | None, entry: TimeEntry) -> None:
    """Where the entitlement counts hours and the entry is one that counts."""
    if entitlement and entitlement.unit == Entitlement.Unit.HOURS and entry.is_billable:
        hours = (Decimal(entry.minutes) / 60).quantize(Decimal("0.01"))
        words = {"case": entry.case, "amount": hours, "note": entry.note[:150]}
        line, is_new = Deduction.objects.get_or_create(
            entitlement=entitlement, time_entry=entry, corrects=None, defaults=words
        )
        if not is_new:
            _make_up_to(line, hours)


def give_back(line: Deduction, note: str) -> Deduction | None:
    """What still stands of the line, which is locked."""
    return _correct(line, -rest, note) if (rest := line.rest) > 0 else None


def _charge(entitlement: Entitlement, case: Case) -> Deduction:
    only = {"entitlement": entitlement, "case": case, "time_entry": None, "corrects": None}
    return Deduction.objects.get_or_create(**only, amount__gt=0, defaults={"amount": Decimal(1)})[0]


def _make_up_to(line: Deduction, amount: Decimal) -> None:
    """The contract was left and is come back to: a line is never written twice, so what was given back is
    taken again."""
    if missing := amount - line.rest:
        _correct(line, missing, _("Counted here again"))


def _correct(line: Deduction, amount: Decimal, note: str) -> Deduction:
    return Deduction.objects.create(
        entitlement_id=line.entitlement_id,
        case_id=line.case_id,
        time_entry_id=line.time_entry_id,
        corrects=line,
        amount=amount,
        note=note,
    )


@transaction.atomic
def correct_statement(*, actor: Actor, deduction: Deduction, amount: Decimal, note: str) -> Deduction:
    """Give back, or take more, with a line of its own: the statement is never rewritten. A correction of a
    correction is one of the line that both are about. Raises ValidationError ({"amount": …}) where more would
    be given back than was taken."""
    line = locked_by_key(Deduction, deduction.corrects_id or deduction.pk)
    if line.rest + amount < 0:
        words = {"rest": floatformat(max(line.rest, Decimal(0)), -2)}
        raise ValidationError({"amount": _("At most %(rest)s of this line can be credited back.") % words})
    correction = _correct(line, amount, note)
    record_activity(
        actor=actor, verb="entitlement.corrected", record=line.entitlement, amount=str(amount), note=note
    )
    return correction
