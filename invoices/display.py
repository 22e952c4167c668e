"""Invoices as rows of their list. Written out here and not in a template: 25 rows would cost half of the
page's time there."""

from collections.abc import Sequence
from functools import cache

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Contact
from invoices.document import day, money
from invoices.models import Invoice
from records.display.rows import badge


def invoice_rows(invoices: Sequence[Invoice], reader: Contact | None) -> SafeString:
    """``<tr>`` elements; invoices with all that is IN_LIST."""
    rows = _Rows()
    return format_html_join(
        "\n",
        '<tr><th scope="row"><div><a class="row-link" href="{}{}/">{}</a>{}</div></th>'
        '<td data-label="{}">{}</td><td data-label="{}">{}</td><td data-label="{}"{}>{}</td>'
        '<td data-label="{}" class="num">{}</td><td{} class="num">{}</td></tr>',
        (rows.parts(invoice) for invoice in invoices),
    )


class _Rows:
    """What rows share is looked up and written once."""

    def __init__(self) -> None:
        self.list_url, self.nothing = escape(reverse("invoices:list")), escape("")
        words = (_("Status"), _("Issued"), _("Due"), _("Total"))
        self.status, self.issued, self.due, self.total = map(escape, words)
        self.balance = format_html(' data-label="{}"', _("Balance due"))
        self.late, self.badge = format_html(' class="{}"', "text-danger"), cache(state_badge)

    def parts(self, invoice: Invoice) -> tuple[object, ...]:
        state, currency = invoice.state, invoice.currency
        balance = money(invoice.balance, currency) if invoice.is_open else ""
        return (
            self.list_url,
            invoice.number,
            invoice.number,
            order(invoice.purchase_order),
            self.status,
            self.badge(state),
            self.issued,
            day(invoice.issued_on),
            self.due,
            self.late if state == Invoice.State.OVERDUE else self.nothing,
            day(invoice.due_on),
            self.total,
            money(invoice.total, currency),
            self.balance if balance else self.nothing,
            balance,
        )


def state_badge(state: Invoice.State) -> SafeString:
    return badge(state.value, state.label)


def order(number: str) -> str:
    """The customer's own number, if there is one."""
    return format_html('<div class="text-muted small fw-normal">{}</div>', number) if number else ""
