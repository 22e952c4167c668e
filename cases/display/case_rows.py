"""The rows of a list of cases. Written out here and not in a template: 25 rows would cost half of the page's
time there."""

from collections.abc import Iterable
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Contact
from cases.models import Case, Priority
from lib.moments import ago

PRESSING = (Priority.HIGH, Priority.URGENT)


def case_rows(cases: Iterable[Case], *, reader: Contact, shows_contacts: bool) -> SafeString:
    """``<li>`` elements for ``<ul class="rows">``; cases as CaseQuerySet.for_list and with_reading load
    them."""
    rows = _Rows(reader, shows_contacts)
    return mark_safe("\n".join([rows.row(case) for case in cases]))


class _Rows:
    """What all rows share is looked up once."""

    def __init__(self, reader: Contact, shows_contacts: bool) -> None:
        self.reader, self.shows_contacts, self.list_url = (
            reader,
            shows_contacts,
            escape(reverse("cases:list")),
        )
        self.unread, self.late = badge("info", _("Unread")), badge("overdue", _("Late"))
        self.pressing = {value: badge(value, label) for value, label in Priority.choices if value in PRESSING}

    def row(self, case: Case) -> str:
        place, unread = ("#new", f" {self.unread}") if case.has_news else ("", "")
        status = badge(case.badge, case.status_for(self.reader))
        badges = f"{self.late if case.is_late else ''}{self.pressing.get(case.priority, '')}{status}"
        return (
            f'<li><div><a href="{self.list_url}{case.number}/{place}">{escape(case.subject)}</a>{unread}'
            f"<p>{escape(self.facts(case))} · {ago(case.updated_at)}</p></div><p>{badges}</p></li>"
        )

    def facts(self, case: Case) -> str:
        product, who = (
            case.product.name if case.product else "",
            case.contact.full_name if self.shows_contacts else "",
        )
        return " · ".join([fact for fact in (case.number, product, who) if fact])


def badge(value: str, label: object) -> str:
    """As components/status_badge.html draws it."""
    return f'<span data-status="{escape(value)}">{escape(str(label))}</span>'
