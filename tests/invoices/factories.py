from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Account
from invoices.actions import issue_invoice, update_totals
from invoices.models import Invoice, InvoiceLine

_number = count(1)


def make_draft(account: Account, *amounts: str, tax_rate: str = "0", **fields: Any) -> Invoice:
    """A draft with one line for each amount (one of 100.00 if none is given)."""
    today = timezone.localdate()
    defaults = {
        "issued_on": today - timedelta(days=10),
        "due_on": today + timedelta(days=20),
        "currency": "USD",
    }
    invoice = Invoice.objects.create(account=account, **(defaults | fields))
    for amount in amounts or ("100.00",):
        make_line(invoice, unit_price=Decimal(amount), tax_rate=Decimal(tax_rate))
    update_totals(invoice=invoice)
    return invoice


def make_line(invoice: Invoice, **fields: Any) -> InvoiceLine:
    position = invoice.lines.count() + 1
    defaults = {"description": f"Line {position}", "unit_price": Decimal(1), "position": position}
    return InvoiceLine.objects.create(invoice=invoice, **(defaults | fields))


def make_invoice(account: Account, *amounts: str, tax_rate: str = "0", **fields: Any) -> Invoice:
    """An open invoice; ``number`` is given unless told otherwise."""
    fields.setdefault("number", f"T-{next(_number)}")
    invoice = make_draft(account, *amounts, tax_rate=tax_rate, **fields)
    issue_invoice(actor=SYSTEM, invoice=invoice, notify=False)
    return invoice


def make_overdue(account: Account, *amounts: str, **fields: Any) -> Invoice:
    today = timezone.localdate()
    return make_invoice(
        account, *amounts, issued_on=today - timedelta(days=40), due_on=today - timedelta(days=1), **fields
    )
