from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scoping import Permitted
from records.filters import Filter
from records.forms.lists import ListForm
from records.listing import Column, Listing
from records.models.marking import read_until
from tests.example_app.loans.models import LoanQuerySet


@dataclass(frozen=True)
class LoanFilter(Filter):
    today: date = field(default_factory=timezone.localdate)

    order = {"": "updated_at", "lent": "created_at"}
    given = frozenset({"today"})
    by_keys = True

    @property
    def values(self) -> dict[str, Any]:
        return {"today": self.today} if self.view == "late" else {}

    def narrow(self, rows: LoanQuerySet, reader: Permitted | None) -> LoanQuerySet:
        if self.view != "all":
            rows = rows.late(self.today) if self.view == "late" else rows.out()
        return rows.matching(self.q) if self.q else rows


class LoanListForm(ListForm):
    views = [("out", _("On loan")), ("late", _("Late")), ("all", _("All"))]
    sorts = [("", _("Last activity")), ("lent", _("Lent"))]
    makes = LoanFilter


def rows(loans: LoanQuerySet, reader: Permitted | None) -> Any:
    return loans.annotate(read_at=read_until(reader, "loan")) if reader else loans


LOAN_LIST = Listing(
    form=LoanListForm,
    rows=rows,
    columns=[
        Column(_("Number"), "number"),
        Column(_("Device"), "title"),
        Column(_("Due"), "due_on"),
        Column(_("Lent"), "created_at", is_moment=True),
    ],
)
