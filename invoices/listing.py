"""The list of invoices, and the same as a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from invoices.document import open_sums, summary_of
from invoices.forms import InvoiceListForm
from invoices.models import Invoice
from records.listing import Column, Listing, Shown

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


def _of_page(shown: Shown[Invoice]) -> dict[str, Any]:
    return {
        "invoices": [summary_of(invoice) for invoice in shown.page.rows],
        "open_sums": open_sums(shown.page.rows) if shown.is_whole_list else [],
        "tabs_label": _("Invoices by status"),
        "filter_label": _("Search invoices"),
    }


INVOICE_LIST = Listing(
    form=InvoiceListForm, template="invoices/invoice_list.html", of_page=_of_page, columns=COLUMNS
)
