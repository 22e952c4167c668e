import uuid
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import queue_mail, record_activity
from accounts.actors import Actor
from accounts.models import Contact
from accounts.offers import site_configuration
from accounts.scoping import can
from invoices.models import Invoice, InvoiceLine, InvoiceSettings, Payment
from invoices.totals import round_money
from lib.locks import locked
from lib.submissions import sent_before


@transaction.atomic
def update_totals(*, invoice: Invoice) -> None:
    """Add up a draft anew after its lines or its currency changed."""
    held = locked(invoice, "account")
    if not held.is_draft:
        raise ValidationError(
            _("%(invoice)s has already been issued. Its lines can no longer be changed.") % {"invoice": held},
            code="not_a_draft",
        )
    _add_up(held)
    held.save(update_fields=["net_total", "tax_total", "total"])
    invoice.refresh_from_db()


@transaction.atomic
def issue_invoice(*, actor: Actor, invoice: Invoice, notify: bool = True) -> None:
    """Make a draft binding: number, billing address and sums stand from now on, and the account can see it.

    Contacts who may read it get mail, unless ``notify`` is off (invoices that were sent elsewhere and are
    brought in).
    """
    held = locked(invoice, "account")
    if not held.is_draft:
        raise ValidationError(
            _("%(invoice)s has already been issued.") % {"invoice": held}, code="not_a_draft"
        )
    _add_up(held)
    _refuse_unfit(held)
    held.bill_to_account()
    held.number = held.number or locked(InvoiceSettings.objects.stored()).take_number()
    held.status = Invoice.Status.OPEN if held.total else Invoice.Status.PAID
    held.save()
    record_activity(
        actor=actor, verb="invoice.issued", record=held, total=str(held.total), currency=held.currency
    )
    if notify:
        _tell_readers(held)
    invoice.refresh_from_db()


@transaction.atomic
def record_payment(
    *,
    actor: Actor,
    invoice: Invoice,
    amount: Decimal,
    received_on: date | None = None,
    method: str = Payment.Method.BANK_TRANSFER,
    reference: str = "",
    expected_balance: Decimal | None = None,
    submission: uuid.UUID | None = None,
) -> Payment:
    """Enter money that came in; the invoice is paid when nothing is left.

    ``expected_balance`` is what the person who enters it saw as still to pay: if that is no longer so (a
    colleague was faster), nothing is entered. The same ``submission`` sent twice makes one payment.
    """
    held = locked(invoice, "account")
    if before := sent_before(held.payments.all(), submission):
        return before
    _refuse_payment(held, amount, expected_balance)
    payment = Payment.objects.create(
        invoice=held,
        submission=submission or uuid.uuid4(),
        amount=amount,
        received_on=received_on or timezone.localdate(),
        method=method,
        reference=reference,
    )
    held.amount_paid += amount
    is_settled = held.amount_paid == held.total
    held.status = Invoice.Status.PAID if is_settled else Invoice.Status.OPEN
    held.save(update_fields=["amount_paid", "status"])
    verb = "invoice.paid" if is_settled else "invoice.payment_received"
    record_activity(actor=actor, verb=verb, record=held, amount=str(amount), currency=held.currency)
    invoice.refresh_from_db()
    return payment


@transaction.atomic
def void_invoice(*, actor: Actor, invoice: Invoice, reason: str = "") -> None:
    """Declare an open invoice void. It keeps its number and stays visible; nothing is to be paid any more."""
    held = locked(invoice, "account")
    if not held.can_be_voided:
        raise ValidationError(
            _("%(invoice)s cannot be voided. Only an open invoice without payments can be voided.")
            % {"invoice": held},
            code="cannot_be_voided",
        )
    held.status = Invoice.Status.VOID
    held.save(update_fields=["status"])
    record_activity(actor=actor, verb="invoice.voided", record=held, reason=reason)
    invoice.refresh_from_db()


def _add_up(invoice: Invoice) -> None:
    lines = list(invoice.lines.all())
    for line in lines:
        line.compute_net(invoice.currency)
    InvoiceLine.objects.bulk_update(lines, ["net"])
    totals = invoice.computed_totals()
    invoice.net_total, invoice.tax_total, invoice.total = totals.net, totals.tax, totals.total


def _refuse_unfit(invoice: Invoice) -> None:
    if not invoice.lines.exists():
        raise ValidationError(_("An invoice without lines cannot be issued."), code="no_lines")
    if invoice.total < 0:
        raise ValidationError(_("The invoice total cannot be less than zero."), code="negative_total")


def _refuse_payment(invoice: Invoice, amount: Decimal, expected_balance: Decimal | None) -> None:
    if not invoice.is_open:
        raise ValidationError(
            _("%(invoice)s is not open. Payments cannot be recorded for it.") % {"invoice": invoice},
            code="not_open",
        )
    if expected_balance is not None and expected_balance != invoice.balance:
        raise ValidationError(
            _("The balance has changed in the meantime. Check the payments, then try again."),
            code="balance_changed",
        )
    if not 0 < amount <= invoice.balance:
        raise ValidationError(
            _("The amount must be greater than zero and no more than the balance."),
            code="amount_out_of_range",
        )
    if amount != round_money(amount, invoice.currency):
        raise ValidationError(
            _("The amount has too many decimal places for the currency."), code="too_many_digits"
        )


def _tell_readers(invoice: Invoice) -> None:
    for contact in _readers(invoice):
        queue_mail(
            event="invoices/issued", to=contact.email, context={"invoice": invoice, "contact": contact}
        )


def _readers(invoice: Invoice) -> list[Contact]:
    """Contacts of the account who can sign in, and may read the invoice and open its page."""
    site, path = site_configuration(), invoice.get_absolute_url()
    contacts = Contact.objects.usable().filter(account=invoice.account, user__is_active=True)
    return [
        contact
        for contact in contacts.select_related("account").with_rights()
        if can(contact, "read", invoice) and site.may_open(path, contact)
    ]
