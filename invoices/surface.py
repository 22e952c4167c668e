"""What the shell knows of invoices."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from accounts.actors import SYSTEM
from accounts.http import PortalRequest
from accounts.models import Account, Contact
from accounts.scoping import Permitted, can
from invoices.actions import issue_invoice, update_totals
from invoices.listing import INVOICE_LIST
from invoices.models import Invoice, InvoiceLine
from invoices.texts import TEXTS
from records.surfaces import Badge, Block, BuiltinPage, Download, Event, Line, Search, Surface, declare
from records.waiting import Waiting, as_waiting

ON_HOME = 5


def line(invoice: Invoice, reader: Contact | None) -> Line:
    return Line(
        title=str(invoice.number),
        url=invoice.get_absolute_url(),
        facts=(invoice.purchase_order,) if invoice.purchase_order else (),
        badges=(Badge(invoice.state, invoice.state.label),),
    )


def waiting(contact: Permitted, today: date) -> models.QuerySet[Any]:
    rows = Invoice.objects.visible_to(contact).overdue(today).order_by("due_on", "pk")
    balance = models.F("total") - models.F("amount_paid")
    return as_waiting(rows, key="number", title="number", due="due_on", amount=balance, currency="currency")


def waiting_badge(row: Waiting) -> Badge:
    return Badge(Invoice.State.OVERDUE, Invoice.State.OVERDUE.label)


def home(request: PortalRequest, contact: Contact, waiting: Collection[str]) -> Block | None:
    if not can(contact, "read", Invoice):
        return None
    latest = list(Invoice.objects.visible_to(contact)[:ON_HOME])
    return Block(template="invoices/_home.html", context={"invoices": latest})


def sample(account: Account | None, contact: Contact | None) -> Invoice:
    if account is None:
        raise ValueError("An invoice belongs to an account.")
    invoice = Invoice.objects.create(account=account)
    InvoiceLine.objects.create(
        invoice=invoice,
        position=1,
        description="Service",
        quantity=1,
        unit_price=Decimal(100),
        tax_rate=Decimal(20),
    )
    update_totals(invoice=invoice)
    issue_invoice(actor=SYSTEM, invoice=invoice)
    return invoice


INVOICES = declare(
    Surface(
        model=Invoice,
        icon="receipt",
        namespace="invoices",
        pages=(BuiltinPage("/invoices/", "Invoices", menus=("primary",)),),
        line=line,
        listing=INVOICE_LIST,
        search=Search(find=lambda rows, words: rows.matching(words), place=40),
        home=home,
        waiting=waiting,
        waiting_badge=waiting_badge,
        events={
            "invoice.issued": Event(words=gettext_lazy("issued invoice")),
            "invoice.paid": Event(words=gettext_lazy("recorded the payment of invoice")),
            "invoice.payment_received": Event(words=gettext_lazy("recorded a partial payment of invoice")),
            "invoice.voided": Event(words=gettext_lazy("voided invoice")),
        },
        downloads={
            "invoice.downloaded": Download(words=gettext_lazy("Invoice downloaded"), facts=("%(invoice)s",)),
            "invoice.exported": Download(
                words=gettext_lazy("Invoice list downloaded"), facts=(gettext_lazy("Invoices: %(count)s"),)
            ),
        },
        sample=sample,
        texts=TEXTS,
        demo="invoices.demo.load",
    )
)
