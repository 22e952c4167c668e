"""The rows of a list of cases. Written out here and not in a template: 25 rows would cost half of the page's
time there."""

from collections.abc import Iterable
from functools import cache

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Contact
from cases.models import Case, Priority
from lib.moments import ago_for_reader

PRESSING = (Priority.HIGH, Priority.URGENT)


def case_rows(cases: Iterable[Case], *, reader: Contact, shows_contacts: bool) -> SafeString:
    """``<li>`` elements for ``<ul class="rows">``; cases as CaseQuerySet.for_list and with_reading load
    them."""
    rows = _Rows(reader, shows_contacts)
    return format_html_join(
        "\n",
        '<li><div><a href="{}">{}</a>{}<p>{} · {}</p></div><p>{}</p></li>',
        (rows.parts(case) for case in cases),
    )


class _Rows:
    """What rows share is looked up once, and badges that look alike are written once."""

    def __init__(self, reader: Contact, shows_contacts: bool) -> None:
        self.reader, self.shows_contacts, self.list_url = reader, shows_contacts, reverse("cases:list")
        self.badges, self.ago = cache(badges), ago_for_reader()
        self.unread, self.nothing = format_html(" {}", badge("info", _("Unread"))), escape("")

    def parts(self, case: Case) -> tuple[str, ...]:
        return (
            f"{self.list_url}{case.number}/{'#new' if case.has_news else ''}",
            case.subject,
            self.unread if case.has_news else self.nothing,
            self.facts(case),
            self.ago(case.updated_at),
            self.badges(case.badge, case.status_for(self.reader), case.priority, is_late=case.is_late),
        )

    def facts(self, case: Case) -> str:
        product, who = (
            case.product.name if case.product else "",
            case.contact.full_name if self.shows_contacts else "",
        )
        return " · ".join([fact for fact in (case.number, product, who) if fact])


def badges(status: str, status_label: str, priority: str, *, is_late: bool) -> SafeString:
    late = badge("overdue", _("Late")) if is_late else ""
    pressing = badge(priority, Priority(priority).label) if priority in PRESSING else ""
    return format_html("{}{}{}", late, pressing, badge(status, status_label))


def badge(value: str, label: object) -> SafeString:
    """As components/status_badge.html draws it."""
    return format_html('<span data-status="{}">{}</span>', value, label)
