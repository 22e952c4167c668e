"""Which invoices a list shows."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.scoping import Permitted
from invoices.models import InvoiceQuerySet
from records.filters import Filter, within_days


@dataclass(frozen=True)
class InvoiceFilter(Filter):
    """``view``: ``open``, ``overdue``, ``paid``, or empty for all. ``since`` and ``until``: days of issue."""

    since: date | None = None
    until: date | None = None
    today: date = field(default_factory=timezone.localdate)

    order = {"": "issued_on"}
    typed = frozenset({"q", "since", "until"})
    given = frozenset({"today"})
    by_keys = True

    @property
    def values(self) -> dict[str, Any]:
        return {"today": self.today} if self.view == "overdue" else {}

    def narrow(self, rows: InvoiceQuerySet, reader: Permitted | None) -> InvoiceQuerySet:
        issued: InvoiceQuerySet = within_days(self._in_view(rows), "issued_on", self.since, self.until)
        return issued.matching(self.q) if self.q else issued

    def _in_view(self, rows: InvoiceQuerySet) -> InvoiceQuerySet:
        match self.view:
            case "open":
                return rows.open()
            case "overdue":
                return rows.overdue(self.today)
            case "paid":
                return rows.paid()
        return rows
