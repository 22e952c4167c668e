"""Which cases a list shows, and in which order."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.scoping import Permitted, Scope
from cases.models import CaseQuerySet, Product, RequestType


@dataclass(frozen=True)
class CaseFilter:
    """What was chosen for a list; the form that reads it from an address is CaseFilterForm."""

    scope: str | None
    """Of the reader's right to read cases."""
    view: str = "active"
    """``active``, ``waiting``, ``resolved`` or ``all``."""
    sorted_by: str = "updated_at"
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
    q: str = ""

    @property
    def folded(self) -> tuple[object, ...]:
        """What the filters say that are folded away until somebody asks for them."""
        return tuple(filter(None, (self.request_type, self.product, self.person, self.since, self.until)))

    @property
    def is_picked(self) -> bool:
        """Whether something was typed, or picked from a long list."""
        return bool(self.q or self.badges or self.waits_for_others or self.folded)

    @property
    def is_narrowed(self) -> bool:
        return self.is_picked or bool(self.whose)

    @property
    def shape(self) -> tuple[str, ...] | None:
        """What the text of the narrowed query depends on; None where it depends on more than can be kept."""
        return None if self.is_picked else (self.view, self.whose, self.sorted_by)

    def parts(self, rows: CaseQuerySet, reader: Permitted) -> list[CaseQuerySet]:
        """What the narrowed ``rows`` are put together from. A contact's own cases come in a list's order from
        an index, and so do those that they joined; both at once do not."""
        is_mixed = self.scope == Scope.CONTACT and not self.whose
        return [
            self.narrow(part, reader)
            for part in ([rows.own(reader), rows.joined(reader)] if is_mixed else [rows])
        ]

    def narrow(self, rows: CaseQuerySet, reader: Permitted) -> CaseQuerySet:
        """``rows`` as CaseQuerySet.visible_to gives them to ``reader``."""
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
                return rows.filter(contact=reader.pk) if self.scope == Scope.GLOBAL else rows.own(reader)
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
        rows = rows.opened_by(self.person)
        if self.since:
            rows = rows.filter(created_at__gte=_midnight(self.since))
        if self.until and self.until < date.max:
            rows = rows.filter(created_at__lt=_midnight(self.until + timedelta(days=1)))
        return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
