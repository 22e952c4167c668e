"""Cases as a file for spreadsheet programs."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from itertools import chain

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.actions.downloads import record_download
from accounts.actors import Actor
from accounts.models import Contact
from cases.models import Case, CaseQuerySet, Priority
from lib.spreadsheets import Cell, as_workbook, csv_lines

MOST_ROWS = 50_000
AT_ONCE = 2_000
WRITERS: dict[str, Callable[[Iterable[list[Cell]]], Iterable[bytes]]] = {
    "csv": csv_lines,
    "xlsx": lambda rows: [as_workbook(rows)],
}
IN_EXPORT = (
    "number",
    "subject",
    "status__customer_label",
    "category",
    "priority",
    "request_type__name",
    "product__name",
    "contact__first_name",
    "contact__last_name",
    "created_at",
    "updated_at",
    "first_reply_at",
    "closed_at",
    "rating",
)


def export_cases(*, actor: Actor, reader: Contact, cases: CaseQuerySet, kind: str) -> Iterable[bytes]:
    """The file in pieces. Who took how much out of the portal is recorded. Raises ValidationError when it
    would be too long.

    Language and time zone are those of the call: the pieces may be asked for when the request is over.
    """
    count = cases[: MOST_ROWS + 1].count()
    if count > MOST_ROWS:
        words = {"most": number_format(MOST_ROWS, force_grouping=True)}
        raise ValidationError(
            _(
                "The list has more than %(most)s cases. Narrow it down, for example by the date they were "
                "opened."
            )
            % words
        )
    record_download(actor=actor, verb="case.exported", record=None, count=count, kind=kind)
    return WRITERS[kind](_lines(cases, reader, timezone.get_current_timezone()))


def _lines(cases: CaseQuerySet, reader: Contact, zone: tzinfo) -> Iterator[list[Cell]]:
    rows = cases.select_related("contact", "product", "status", "request_type").only(*IN_EXPORT)
    priorities = {value: str(label) for value, label in Priority.choices}
    times = [
        f"{label} ({zone})" for label in (_("Opened"), _("Last activity"), _("First reply"), _("Closed"))
    ]
    words = (_("Number"), _("Subject"), _("Status"), _("Priority"), _("Type"), _("Product"), _("Opened by"))
    return chain(
        [[*words, *times, _("Rating")]],
        (_line(case, reader, priorities, zone) for case in rows.iterator(chunk_size=AT_ONCE)),
    )


def _line(case: Case, reader: Contact, priorities: dict[str, str], zone: tzinfo) -> list[Cell]:
    product = case.product.name if case.product else ""
    words = (
        case.subject,
        case.status_for(reader),
        priorities[case.priority],
        case.request_type.name,
        product,
        case.contact.full_name,
    )
    times = (case.created_at, case.updated_at, case.first_reply_at, case.closed_at)
    return [case.number, *words, *(_time(at, zone) for at in times), case.rating or ""]


def _time(at: datetime | None, zone: tzinfo) -> Cell:
    return at.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None) if at else ""
