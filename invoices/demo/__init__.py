"""The demo's invoices, from a price list and recipes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from accounts.actors import SYSTEM
from invoices.actions import issue_invoice, record_payment, update_totals, void_invoice
from invoices.models import Invoice, InvoiceLine, InvoiceSettings
from records.demo import Calendar, DemoWorld, People, read

CONTENT = Path(__file__).parent / "invoices.toml"


def load(world: DemoWorld) -> None:
    content, people, calendar = read(CONTENT), world.people, world.calendar
    _load_seller(content["seller"])
    prices = {row["sku"]: row for row in content["price"]}
    for recipe in sorted(content["recipe"], key=lambda recipe: -recipe["days_ago"]):
        moment = calendar.ago(recipe["days_ago"])
        with calendar.on(moment):
            invoice = _draft(recipe, people, content["currency"][recipe["account"]], moment.date())
            _write_lines(invoice, recipe, prices)
        _finish(invoice, recipe, calendar, moment)


def _load_seller(row: dict[str, str]) -> None:
    seller = InvoiceSettings.objects.stored()
    seller.legal_name, seller.bank_name = row["name"], row["bank"]
    seller.address = f"{row['street']}\n{row['postal_code']} {row['city']}\n{row['country']}"
    for name in ("vat_number", "iban", "bic", "email", "phone"):
        setattr(seller, name, row[name])
    seller.logo = _logo()
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


def _logo() -> ContentFile[bytes]:
    """The vendor's mark and name, for the head of its invoices."""
    image = Image.new("RGBA", (1240, 240), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, 240, 240), 48, fill="#0b5563")
    draw.polygon([(88, 190), (152, 190), (136, 92), (104, 92)], fill="#ffffff")
    draw.rectangle((98, 62, 142, 86), fill="#f2b766")
    draw.polygon([(90, 62), (150, 62), (120, 38)], fill="#ffffff")
    draw.text((290, 52), "Harbor Lane", fill="#12303a", font=ImageFont.load_default(124))
    kept = BytesIO()
    image.save(kept, "PNG", optimize=True)
    return ContentFile(kept.getvalue(), name="logo.png")
