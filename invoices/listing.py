"""The list of invoices, and the same as a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.scoping import Permitted
from invoices.display import invoice_rows
from invoices.document import open_sums
from invoices.forms import InvoiceListForm
from invoices.models import Invoice, InvoiceQuerySet
from records.listing import Column, Listing, Shown

IN_LIST = (
    "number",
    "purchase_order",
    "status",
    "issued_on",
    "due_on",
    "currency",
    "total",
    "amount_paid",
)
COLUMNS: list[Column[Invoice]] = [
    Column(_("Number"), "number"),
    Column(_("Status"), lambda invoice, _reader: str(invoice.state.label)),
    Column(_("Issued"), "issued_on"),
    Column(_("Due"), "due_on"),
    Column(_("Purchase order"), "purchase_order"),
    Column(_("Currency"), "currency"),
    Column(_("Net"), "net_total"),
    Column(_("Tax"), "tax_total"),
    Column(_("Total"), "total"),
    Column(_("Paid"), "amount_paid"),
    Column(_("Balance due"), "balance"),
]


def _for_list(invoices: InvoiceQuerySet, reader: Permitted | None) -> InvoiceQuerySet:
    return invoices.only(*IN_LIST)


def _of_page(shown: Shown[Invoice]) -> dict[str, Any]:
    return {
        "open_sums": open_sums(shown.page.rows) if shown.is_whole_list else [],
        "tabs_label": _("Invoices by status"),
        "filter_label": _("Search invoices"),
    }


INVOICE_LIST = Listing(
    form=InvoiceListForm,
    rows=_for_list,
    draw=invoice_rows,
    template="invoices/invoice_list.html",
    of_page=_of_page,
    columns=COLUMNS,
    file_rows=lambda invoices: invoices,
)
