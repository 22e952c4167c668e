"""Cases in a line: in their list and wherever else they are named."""

from collections.abc import Sequence
from functools import cache

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Contact
from cases.models import Case, Priority
from records.display.rows import record_rows
from records.surfaces import Badge, Line

PRESSING = (Priority.HIGH, Priority.URGENT)


def case_rows(cases: Sequence[Case], reader: Contact | None) -> SafeString:
    """Cases as CaseQuerySet.for_list and with_reading load them."""
    rows = _Rows(reader)
    return record_rows(rows.line(case) for case in cases)


class _Rows:
    """What rows share is looked up once."""

    def __init__(self, reader: Contact | None) -> None:
        self.reader, self.list_url = reader, reverse("cases:list")
        self.shows_contacts = reader is not None and reader.sees_colleagues(Case.record_type)
        self.badges = cache(badges)

    def line(self, case: Case) -> Line:
        product = case.product.name if case.product else ""
        who = case.contact.full_name if self.shows_contacts else ""
        status = case.status_for(self.reader) if self.reader else case.status_for_customer
        return Line(
            title=case.subject,
            url=f"{self.list_url}{case.number}/{'#new' if case.has_news else ''}",
            facts=(case.number, product, who),
            badges=self.badges(case.badge, status, case.priority, case.is_late),
            at=case.updated_at,
            is_new=case.has_news,
        )


def badges(status: str, status_label: str, priority: str, is_late: bool) -> tuple[Badge, ...]:
    late = (Badge("overdue", _("Late")),) if is_late else ()
    pressing = (Badge(priority, Priority(priority).label),) if priority in PRESSING else ()
    return (*late, *pressing, Badge(status, status_label))
