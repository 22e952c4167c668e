"""What the start page of the administration says of cases: numbers that lead to the desk, short lists, and
how the last two weeks went."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, DateField, Value
from django.db.models.functions import Trunc
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.admin.base import CaseModelAdmin, agent_of
from cases.admin.desk.addresses import case_address
from cases.admin.desk.filters import ALL, LATE, ME, NOBODY, QUIET, REPLIED, SOON, DeskFilter
from cases.admin.desk.finding import found, values_of
from cases.admin.desk.following import list_address
from cases.admin.desk.people import People
from cases.display.due_marks import timers_for_reader
from cases.models import Case, CaseQuerySet
from lib import compiled
from lib.admin_start import Figure, Moments, Panel, Tone, Words
from lib.charts import Chart, Column, bar_chart
from lib.moments import ago_for_reader

ROWS, DAYS = 6, 14
COLUMNS = (
    "pk", "number", "subject", "category", "due_at", "created_at", "contact__first_name",
    "contact__last_name", "contact__email", "account__name",
)  # fmt: skip
"""In the order of Row, which has the list's order."""


def new_since(day: date) -> DeskFilter:
    return DeskFilter(state=ALL, since=day.isoformat(), sort="opened")


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def _figure(
    words: Words, position: int, rows: Callable[[Moments], CaseQuerySet], shown: DeskFilter, tone: Tone = ""
) -> Figure:
    return Figure(words, position, rows, shown.as_query(), tone=tone, is_steady=True)


FIGURES = (
    _figure(
        gettext_lazy("Mine"), 1, lambda at: Case.objects.active().filter(assigned_to=at.me),
        DeskFilter(agent=ME),
    ),
    _figure(
        gettext_lazy("Unassigned"), 2, lambda _at: Case.objects.active().filter(assigned_to=None),
        DeskFilter(agent=NOBODY),
    ),
    _figure(
        gettext_lazy("Late"), 3, lambda at: Case.objects.late(at.now), DeskFilter(state=LATE), "danger"
    ),
    _figure(
        gettext_lazy("Due within a day"), 4, lambda at: Case.objects.due_between(at.now, at.tomorrow),
        DeskFilter(state=SOON), "warning",
    ),
    _figure(
        gettext_lazy("No activity for two days"), 5, lambda at: Case.objects.left_alone_since(at.quiet),
        DeskFilter(state=QUIET), "warning",
    ),
    Figure(
        gettext_lazy("New since yesterday"), 6, lambda at: Case.objects.filter(created_at__gte=at.yesterday),
        lambda _at: new_since(yesterday()).as_query(), is_steady=True,
    ),
)  # fmt: skip


class Row(NamedTuple):
    pk: int
    number: str
    subject: str
    category: str
    due_at: datetime | None
    created_at: datetime
    first_name: str
    last_name: str
    email: str
    account: str | None

    @property
    def who(self) -> str:
        return self.account or f"{self.first_name} {self.last_name}".strip() or self.email


class Listed(NamedTuple):
    number: str
    subject: str
    who: str
    url: str
    when: SafeString


def _first_rows(shown: DeskFilter, agent: User) -> list[Row]:
    """Of a list of the desk that is compiled there, too."""
    cut = replace(shown.cut(QueryDict()), size=ROWS - 1)

    def rows(**values: Any) -> Any:
        return found(shown, cut, People(), **values).values_list(*COLUMNS)

    values = values_of(shown, cut, agent.pk)
    asked: list[Any] = compiled.rows(("start", shown.shape, *sorted(values)), rows, **values)
    return [Row(*row) for row in asked]


def _latest_rows(at: Moments) -> list[Row]:
    """Of ``new_since``, whose days are no part of a compiled text."""

    def rows(since: datetime) -> Any:
        latest = Case.objects.filter(created_at__gte=since).order_by("-created_at", "-pk")
        return latest[:ROWS].values_list(*COLUMNS)

    asked: list[Any] = compiled.rows("start: new", rows, since=at.yesterday)
    return [Row(*row) for row in asked]


def _listed(shown: DeskFilter, rows: list[Row], *, title: str, nothing: str) -> dict[str, Any]:
    timer, ago = timers_for_reader(), ago_for_reader(is_short=True)
    query = shown.as_query()
    listed = [
        Listed(
            row.number, row.subject, row.who, f"{case_address(row.number)}?{_carried(query)}",
            ago(row.created_at) if shown.since else timer(row.due_at, row.category, False),  # noqa: FBT003
        )
        for row in rows
    ]  # fmt: skip
    return {"title": title, "rows": listed, "all_url": list_address(query), "nothing": nothing}


def _carried(query: str) -> str:
    carried = QueryDict(mutable=True)
    carried["in"] = query
    return carried.urlencode()


def _mine(_owner: CaseModelAdmin, request: HttpRequest, _at: Moments) -> dict[str, Any]:
    nothing = _("Nothing waits for you. Cases that are assigned to you appear here.")
    shown = DeskFilter(agent=ME)
    return _listed(shown, _first_rows(shown, agent_of(request)), title=_("My open cases"), nothing=nothing)


def _late(_owner: CaseModelAdmin, request: HttpRequest, _at: Moments) -> dict[str, Any]:
    nothing = _("Nothing is late.")
    shown = DeskFilter(state=LATE)
    return _listed(shown, _first_rows(shown, agent_of(request)), title=_("Late"), nothing=nothing)


def _new(_owner: CaseModelAdmin, _request: HttpRequest, at: Moments) -> dict[str, Any]:
    nothing = _("No case was opened since yesterday.")
    return _listed(new_since(yesterday()), _latest_rows(at), title=_("New since yesterday"), nothing=nothing)


def _fortnight(_owner: CaseModelAdmin, _request: HttpRequest, at: Moments) -> dict[str, Any]:
    days = [at.today - timedelta(days=back) for back in reversed(range(DAYS))]
    counts = _by_day(days)
    opened = _chart(_("Cases opened"), days, counts, "created_at", "")
    replied = _chart(_("First replies"), days, counts, "first_reply_at", REPLIED)
    return {"charts": [("opened", opened), ("replied", replied)]}


def _by_day(days: list[date]) -> dict[tuple[str, date], int]:
    """Column and day → number of cases. One query; its text depends on the reader's zone."""
    zone = timezone.get_current_timezone()

    def counted(column: str, begins: datetime) -> Any:
        day = Trunc(column, "day", output_field=DateField(), tzinfo=zone)
        lately: CaseQuerySet = Case.objects.filter(**{f"{column}__gte": begins})
        return lately.order_by().values_list(Value(column), day).annotate(count=Count("pk"))

    def both(begins: datetime) -> Any:
        return counted("created_at", begins).union(counted("first_reply_at", begins), all=True)

    begins = datetime(days[0].year, days[0].month, days[0].day, tzinfo=zone)
    asked: list[Any] = compiled.rows(("start: days", str(zone)), both, begins=begins)
    return {(what, day): count for what, day, count in asked}


def _chart(title: str, days: list[date], counts: dict[tuple[str, date], int], column: str, by: str) -> Chart:
    numbers = [counts.get((column, day), 0) for day in days]
    total = sum(numbers)
    words = _("%(count)s in two weeks") % {"count": number_format(total)}
    columns = [
        Column(
            date_format(day, "j"), date_format(day, "DATE_FORMAT"), number, number_format(number),
            number_format(number) if number else "", list_address(_of_day(day, by)) if number else "",
        )
        for day, number in zip(days, numbers, strict=True)
    ]  # fmt: skip
    return bar_chart(title, words, columns)


def _of_day(day: date, by: str) -> str:
    return DeskFilter(state=ALL, since=day.isoformat(), until=day.isoformat(), day=by).as_query()


PANELS = (
    Panel(1, "admin/cases/start/_cases.html", _mine),
    Panel(2, "admin/cases/start/_cases.html", _late),
    Panel(3, "admin/cases/start/_cases.html", _new),
    Panel(4, "admin/cases/start/_charts.html", _fortnight),
)
