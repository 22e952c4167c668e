from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.actors import SYSTEM
from invoices.actions import issue_invoice, record_payment, update_totals, void_invoice
from invoices.models import Invoice, InvoiceLine, InvoiceSettings
from portal.demo.files import make_logo
from portal.demo.people import People
from portal.demo.reading import Calendar, read


def load_invoices(people: People, calendar: Calendar) -> None:
    content = read("invoices.toml")
    _load_seller(content["seller"])
    prices = {row["sku"]: row for row in content["price"]}
    currencies = {row["number"]: row["currency"] for row in read("people.toml")["account"]}
    for recipe in sorted(content["recipe"], key=lambda recipe: -recipe["days_ago"]):
        moment = calendar.ago(recipe["days_ago"])
        with calendar.on(moment):
            invoice = _draft(recipe, people, currencies[recipe["account"]], moment.date())
            _write_lines(invoice, recipe, prices)
        _finish(invoice, recipe, calendar, moment)


def _load_seller(row: dict[str, str]) -> None:
    seller = InvoiceSettings.objects.stored()
    seller.legal_name, seller.bank_name = row["name"], row["bank"]
    seller.address = f"{row['street']}\n{row['postal_code']} {row['city']}\n{row['country']}"
    for name in ("vat_number", "iban", "bic", "email", "phone"):
        setattr(seller, name, row[name])
    seller.logo = make_logo()
    seller.save()


def _draft(recipe: dict[str, Any], people: People, currency: str, issued_on: date) -> Invoice:
    return Invoice.objects.create(
        account=people.accounts[recipe["account"]],
        currency=currency,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=recipe["due_in_days"]),
        purchase_order=recipe["purchase_order"],
        tax_note=recipe["tax_note"],
    )


def _write_lines(invoice: Invoice, recipe: dict[str, Any], prices: dict[str, dict[str, str]]) -> None:
    for position, line in enumerate(recipe["lines"], start=1):
        price = prices[line["sku"]]
        InvoiceLine.objects.create(
            invoice=invoice,
            position=position,
            sku=price["sku"],
            description=price["description"],
            quantity=line["quantity"],
            unit=price["unit"],
            unit_price=Decimal(price[f"unit_price_{invoice.currency.lower()}"]),
            tax_rate=Decimal(recipe["tax_percent"]),
        )
    update_totals(invoice=invoice)


def _finish(invoice: Invoice, recipe: dict[str, Any], calendar: Calendar, issued: datetime) -> None:
    if recipe["status"] == "draft":
        return
    with calendar.on(issued):
        issue_invoice(actor=SYSTEM, invoice=invoice)
    if recipe["status"] == "void":
        with calendar.on(calendar.ago(recipe["days_ago"] - 1)):
            void_invoice(actor=SYSTEM, invoice=invoice, reason="Issued twice")
    if recipe["status"] == "paid":
        paid = calendar.ago(recipe["days_ago"] - recipe["paid_after_days"])
        with calendar.on(paid):
            record_payment(
                actor=SYSTEM,
                invoice=invoice,
                amount=invoice.total,
                received_on=paid.date(),
                reference=str(invoice.number),
            )
