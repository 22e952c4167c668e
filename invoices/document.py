"""An invoice as it is read, on the page and on paper: every value as text in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from invoices.models import Invoice, InvoiceLine, InvoiceSettings, Payment
from invoices.totals import ZERO, Tax
from lib.money import format_money


@dataclass(frozen=True)
class DocumentLine:
    position: str
    sku: str
    description: str
    quantity: str
    unit_price: str
    tax_rate: str
    net: str


@dataclass(frozen=True)
class TaxLine:
    label: str
    net: str
    amount: str


@dataclass(frozen=True)
class Receipt:
    """One payment."""

    received_on: str
    method: str
    reference: str
    amount: str


@dataclass(frozen=True)
class Seller:
    name: str
    address: list[str]
    contact: list[str]
    bank: list[tuple[str, str]]
    """Label and value of what a payer types into their bank's form."""
    footer: list[str]


@dataclass(frozen=True)
class InvoiceDocument:
    number: str
    state: str
    state_label: str
    is_paid: bool
    is_void: bool
    issued_on: str
    due_on: str
    purchase_order: str
    contact: str
    bill_to: list[str]
    lines: list[DocumentLine]
    net_total: str
    taxes: list[TaxLine]
    tax_note: str
    total: str
    amount_paid: str
    balance: str
    is_payable: bool
    receipts: list[Receipt]
    notes: str
    seller: Seller


def open_sums(invoices: Iterable[Invoice]) -> list[str]:
    """What is left to pay in all, one text for each currency."""
    sums: dict[str, Decimal] = {}
    for invoice in invoices:
        if invoice.is_open:
            sums[invoice.currency] = sums.get(invoice.currency, ZERO) + invoice.balance
    return [money(amount, currency) for currency, amount in sorted(sums.items())]


def document_of(invoice: Invoice, seller: InvoiceSettings) -> InvoiceDocument:
    currency = invoice.currency
    return InvoiceDocument(
        number=str(invoice),
        state=invoice.state,
        state_label=str(invoice.state.label),
        is_paid=invoice.status == Invoice.Status.PAID,
        is_void=invoice.status == Invoice.Status.VOID,
        issued_on=day(invoice.issued_on),
        due_on=day(invoice.due_on),
        purchase_order=invoice.purchase_order,
        contact=str(invoice.contact or ""),
        bill_to=[
            *_lines_of(f"{invoice.bill_to_name}\n{invoice.bill_to_address}"),
            *_vat(invoice.bill_to_vat),
        ],
        lines=[_line(line, currency) for line in invoice.lines.all()],
        net_total=money(invoice.net_total, currency),
        taxes=[_tax(tax, currency) for tax in invoice.taxes],
        tax_note=invoice.tax_note,
        total=money(invoice.total, currency),
        amount_paid=money(invoice.amount_paid, currency) if invoice.amount_paid else "",
        balance=money(invoice.balance, currency),
        is_payable=invoice.is_open,
        receipts=[_receipt(payment, currency) for payment in invoice.payments.all()],
        notes=invoice.notes,
        seller=seller_of(seller),
    )


def seller_of(seller: InvoiceSettings) -> Seller:
    bank = [(_("Bank"), seller.bank_name), (_("IBAN"), seller.iban), (_("BIC"), seller.bic)]
    return Seller(
        name=seller.legal_name,
        address=_lines_of(seller.address),
        contact=[*filter(None, [seller.email, seller.phone]), *_vat(seller.vat_number)],
        bank=[(label, value) for label, value in bank if value],
        footer=_lines_of(seller.footer_text),
    )


def day(at: date) -> str:
    """Nov 23, 2026, in the reader's language."""
    return _day(at, _locale())


# Babel needs 20 to 50 microseconds a value, half of what a page of the list costs; the same values come again
# and again.
@lru_cache(maxsize=4096)
def _day(at: date, locale: str) -> str:
    return format_date(at, "medium", locale=locale)


@lru_cache(maxsize=8192)
def _formatted(amount: Decimal, currency: str, locale: str) -> str:
    return format_money(amount, currency)


def money(amount: Decimal, currency: str) -> str:
    return _formatted(amount, currency, _locale())


def _line(line: InvoiceLine, currency: str) -> DocumentLine:
    quantity = format_decimal(line.quantity, locale=_locale())
    return DocumentLine(
        position=str(line.position),
        sku=line.sku,
        description=line.description,
        quantity=f"{quantity} {line.unit}".strip(),
        unit_price=_unit_price(line.unit_price, currency),
        tax_rate=_percent(line.tax_rate),
        net=money(line.net, currency),
    )


def _tax(tax: Tax, currency: str) -> TaxLine:
    label = _("Tax %(rate)s on %(net)s") % {"rate": _percent(tax.rate), "net": money(tax.net, currency)}
    return TaxLine(label=label, net=money(tax.net, currency), amount=money(tax.amount, currency))


def _receipt(payment: Payment, currency: str) -> Receipt:
    return Receipt(
        received_on=day(payment.received_on),
        method=payment.get_method_display(),
        reference=payment.reference,
        amount=money(payment.amount, currency),
    )


def _unit_price(amount: Decimal, currency: str) -> str:
    """Prices can be finer than the currency: $0.0125 a piece."""
    if amount == round(amount, 2):
        return money(amount, currency)
    return format_currency(amount.normalize(), currency, locale=_locale(), decimal_quantization=False)


def _percent(rate: Decimal) -> str:
    return format_percent(rate / 100, locale=_locale(), decimal_quantization=False)


def _vat(number: str) -> list[str]:
    return [_("VAT number: %(number)s") % {"number": number}] if number else []


def _lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _locale() -> str:
    return to_locale(get_language() or "en")
