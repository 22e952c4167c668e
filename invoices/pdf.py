"""Invoices on paper.

The layout is invoices/typst/invoice.typ. It reads its text from a data file in a temporary folder that holds
nothing else but the logo: what people wrote is data there and never typst code, and the compiler can read no
other file.
"""

import json
import logging
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from invoices.document import InvoiceDocument, document_of
from invoices.models import Invoice, InvoiceSettings
from lib.file_kinds import extension_of

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
LAYOUT = FOLDER / "typst" / "invoice.typ"
TIMEOUT_SECONDS = 20


class TypesettingError(Exception):
    """The layout engine could not make a page of it."""


def render_invoice(invoice: Invoice, seller: InvoiceSettings) -> bytes:
    """The PDF. The same invoice gives the same bytes: nothing in it depends on the machine or the moment."""
    document = document_of(invoice, seller)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = {
            "document": asdict(document),
            "labels": _labels(document),
            "language": (get_language() or "en").split("-")[0],
            "logo": _write_logo(seller, folder),
        }
        (folder / "data.json").write_text(json.dumps(data))
        return _typeset(LAYOUT.read_text(), folder, datetime.combine(invoice.issued_on, time(), UTC))


def validate_logo(logo: "File[bytes]") -> None:
    """Refuse an image that could not be printed, before an invoice fails on it."""
    name = f"logo.{extension_of(logo.name or '')}"
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        logo.seek(0)
        (folder / name).write_bytes(logo.read())
        logo.seek(0)
        try:
            _typeset(f'#image("/{name}")', folder, datetime(2000, 1, 1, tzinfo=UTC))
        except TypesettingError as error:
            raise ValidationError(_("This image cannot be read."), code="unreadable_logo") from error


def _typeset(layout: str, folder: Path, created: datetime) -> bytes:
    (folder / "main.typ").write_text(layout)
    command = [
        sys.executable,
        "-I",
        str(FOLDER / "typesetter.py"),
        str(folder),
        str(int(created.timestamp())),
    ]
    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=TIMEOUT_SECONDS).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise TypesettingError((error.stderr or b"").decode(errors="replace")[-2000:]) from error


def _write_logo(seller: InvoiceSettings, folder: Path) -> str:
    """Its path for the layout; "" without one. An invoice without its logo is better than none."""
    if not seller.logo:
        return ""
    name = f"logo.{extension_of(seller.logo.name or '')}"
    try:
        with seller.logo.open("rb") as logo:
            (folder / name).write_bytes(logo.read())
    except FileNotFoundError:
        logger.exception("The logo for invoices is gone: %s", seller.logo.name)
        return ""
    return f"/{name}"


def _labels(document: InvoiceDocument) -> dict[str, str]:
    return {
        "title": _("Invoice %(number)s") % {"number": document.number},
        "invoice": _("Invoice"),
        "bill_to": _("Bill to"),
        "number": _("Invoice number"),
        "issued_on": _("Issued"),
        "due_on": _("Due"),
        "purchase_order": _("Purchase order"),
        "contact": _("Your contact"),
        "position": _("No."),
        "description": _("Description"),
        "quantity": _("Quantity"),
        "unit_price": _("Unit price"),
        "tax_rate": _("Tax"),
        "net": _("Net"),
        "net_total": _("Net total"),
        "total": _("Total"),
        "amount_paid": _("Paid"),
        "balance": _("Balance due"),
        "payments": _("Payments received"),
        "how_to_pay": _("How to pay"),
        "pay_by": _("Please pay %(balance)s by %(due)s.")
        % {"balance": document.balance, "due": document.due_on},
        "reference": _("Reference"),
        "notes": _("Notes"),
        "stamp": {"paid": _("PAID"), "void": _("VOID"), "draft": _("DRAFT")}.get(document.state, ""),
        # Translators: {page} and {pages} are replaced by numbers.
        "page": _("Page {page} of {pages}"),
    }
