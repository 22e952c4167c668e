"""Which cases a list shows, and in which order."""

from dataclasses import dataclass
from datetime import date

from accounts.scoping import Permitted, Scope, granted_scope
from cases.models import Case, CaseQuerySet, Product, RequestType
from records.filters import Filter, within_days


@dataclass(frozen=True)
class CaseFilter(Filter):
    """What was chosen for a list; the form that reads it from an address is CaseListForm."""

    view: str = "active"
    """``active``, ``waiting``, ``resolved`` or ``all``."""
    whose: str = ""
    """``mine``, ``account``, ``followed``, or empty for all that the reader may see."""
    badges: frozenset[str] = frozenset()
    """What the badge of a case may say; empty for anything."""
    waits_for_others: bool = False
    request_type: RequestType | None = None
    product: Product | None = None
    person: str = ""
    since: date | None = None
    until: date | None = None

    order = {"": "updated_at", "opened": "created_at", "priority": "urgency"}
    typed = frozenset(
        {"q", "badges", "waits_for_others", "request_type", "product", "person", "since", "until"}
    )
    by_keys = True

    def parts(self, rows: CaseQuerySet, reader: Permitted) -> list[CaseQuerySet]:
        """A contact's own cases come in a list's order from an index, and so do those that they joined; both
        at once do not."""
        is_mixed = _scope(reader) == Scope.CONTACT and not self.whose
        return [
            self.narrow(part, reader)
            for part in ([rows.own(reader), rows.joined(reader)] if is_mixed else [rows])
        ]

    def narrow(self, rows: CaseQuerySet, reader: Permitted) -> CaseQuerySet:
        rows = self._opened(self._marked(self._of_whom(self._in_view(rows), reader), reader))
        equal = {"request_type": self.request_type, "product": self.product}
        rows = rows.filter(**{column: value for column, value in equal.items() if value})
        return rows.matching(self.q) if self.q else rows

    def _in_view(self, rows: CaseQuerySet) -> CaseQuerySet:
        match self.view:
            case "active":
                return rows.active()
            case "waiting":
                return rows.waiting_for_customer()
            case "resolved":
                return rows.closed()
        return rows

    def _of_whom(self, rows: CaseQuerySet, reader: Permitted) -> CaseQuerySet:
        match self.whose:
            case "mine":
                is_global = _scope(reader) == Scope.GLOBAL
                return rows.filter(contact=reader.pk) if is_global else rows.own(reader)
            case "account":
                return rows.filter(account=reader.account_id)
            case "followed":
                return rows.followed_by(reader)
        return rows

    def _marked(self, rows: CaseQuerySet, reader: Permitted) -> CaseQuerySet:
        if self.waits_for_others:
            return rows.waiting_for_customer().exclude(contact=reader.pk)
        return rows.marked(set(self.badges), reader) if self.badges else rows

    def _opened(self, rows: CaseQuerySet) -> CaseQuerySet:
        opened: CaseQuerySet = within_days(rows.opened_by(self.person), "created_at", self.since, self.until)
        return opened


def _scope(reader: Permitted) -> str | None:
    return granted_scope(reader, "read", Case.record_type)
