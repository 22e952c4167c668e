"""Numbers about how support went: what came in, how long it took, what people thought of it.

Each measure counts in the month of its own event, in the reader's time zone: a case that was opened in May
and resolved in June is one of May's opened and one of June's resolved cases. Times are the customer's: all
hours of the clock, waiting included.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Trunc, TruncDate
from django.utils import timezone

from cases.models import Case, CaseClock, CaseQuerySet, StatusCategory, SuggestionReading
from cases.models.sla import OUTCOMES

UNDECIDED = timedelta(hours=72)
"""Whoever opens no case within this time after reading a suggestion was helped by it, we suppose."""
MONTHS = 12


class Median(models.Aggregate):
    """Of numbers or durations; of an even count, the middle between the two in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def median_wait(until: str, only: Q | None = None) -> Median:
    """From the opening to the event in the column ``until``."""
    waited = models.ExpressionWrapper(F(until) - F("created_at"), output_field=models.DurationField())
    return Median(waited, filter=only, output_field=models.DurationField())


@dataclass(frozen=True)
class Span:
    """Days, both included, of the reader's calendar."""

    since: date
    until: date

    @property
    def begins(self) -> datetime:
        return _midnight(self.since, timezone.get_current_timezone())

    @property
    def ends(self) -> datetime:
        return _midnight(self.until + timedelta(days=1), timezone.get_current_timezone())

    @property
    def before(self) -> "Span":
        """As many days, right before."""
        last = self.since - timedelta(days=1)
        return Span(last - (self.until - self.since), last)

    @property
    def months(self) -> list[date]:
        """The first days of the months that it touches, the oldest first."""
        count = (self.until.year - self.since.year) * 12 + self.until.month - self.since.month + 1
        return last_months(self.until, count)

    def within(self, month: date) -> "Span":
        return Span(max(self.since, month), min(self.until, _next_month(month) - timedelta(days=1)))


def whole(months: list[date]) -> Span:
    return Span(months[0], _next_month(months[-1]) - timedelta(days=1))


@dataclass(frozen=True)
class Measure:
    """``when``: the column that says in which month a case counts. Where that is no activity of the case, the
    index by last activity does not help to find it."""

    when: str
    value: Callable[[], models.Aggregate]
    only: Q = field(default_factory=Q)
    is_activity: bool = True


MEASURES = {
    "opened": Measure("created_at", lambda: Count("pk")),
    "first_reply": Measure("first_reply_at", lambda: median_wait("first_reply_at")),
    "resolution": Measure("closed_at", lambda: median_wait("closed_at"), Q(category=StatusCategory.RESOLVED)),
    "rating": Measure("rated_at", lambda: models.Avg("rating"), is_activity=False),
}


def last_months(today: date, count: int = MONTHS) -> list[date]:
    """The first days of the last months, this one included, the oldest first."""
    number = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(number - count + 1, number + 1)]


def by_month(cases: CaseQuerySet, name: str, months: list[date]) -> list[Any]:
    """The measure ``name`` for each of the months; None where there is nothing to measure (0 of what is
    counted). One query."""
    return [value for value, _count in counted_by_month(cases, name, months)]


def counted_by_month(
    cases: CaseQuerySet, name: str, months: list[date], span: Span | None = None
) -> list[tuple[Any, int]]:
    """The same, each with the number of cases that it was measured on. ``span``: of these months, only what
    lies in it."""
    measure, zone, span = MEASURES[name], timezone.get_current_timezone(), span or whole(months)
    begins, ends = span.begins, span.ends
    rows = cases.filter(measure.only, **{f"{measure.when}__gte": begins, f"{measure.when}__lt": ends})
    if measure.is_activity:
        rows = rows.filter(updated_at__gte=begins)
    month = Trunc(measure.when, "month", output_field=models.DateField(), tzinfo=zone)
    found = rows.order_by().values(month=month).annotate(value=measure.value(), count=Count("pk"))
    measured = {row["month"]: (row["value"], row["count"]) for row in found}
    return [measured.get(month, (0 if name == "opened" else None, 0)) for month in months]


GROUPS = {
    "account": ("account", "account__name", "account__number"),
    "type": ("request_type", "request_type__name"),
    "agent": ("assigned_to", "assigned_to__first_name", "assigned_to__last_name"),
    "queue": ("queue", "queue__name"),
    "product": ("product", "product__name"),
}
"""What cases are grouped by: the key, what its name is made of, and for an account its number."""
MOST_GROUPS = 100


def by_group(cases: CaseQuerySet, name: str, span: Span) -> list[dict[str, Any]]:
    """All measures for each of a group, those with the most cases first. One query."""
    rows = cases.filter(_anything_in(span)).order_by().values(*GROUPS[name]).annotate(**_measured(span))
    return list(rows.order_by("-opened", *GROUPS[name])[:MOST_GROUPS])


def in_all(cases: CaseQuerySet, span: Span) -> dict[str, Any]:
    """All measures over all cases. One query."""
    measured: dict[str, Any] = cases.filter(_anything_in(span)).order_by().aggregate(**_measured(span))
    return measured


def _during(column: str, span: Span) -> Q:
    return Q(**{f"{column}__gte": span.begins, f"{column}__lt": span.ends})


def _resolved(span: Span) -> Q:
    return _during("closed_at", span) & Q(category=StatusCategory.RESOLVED)


def _anything_in(span: Span) -> Q:
    others = (_during(column, span) for column in ("first_reply_at", "rated_at"))
    return reduce(or_, others, _during("created_at", span) | _resolved(span))


def _measured(span: Span) -> dict[str, models.Aggregate]:
    """Each measure, and the number of cases that it was taken on."""
    replied, rated = (_during(column, span) for column in ("first_reply_at", "rated_at"))
    return {
        "opened": Count("pk", filter=_during("created_at", span)),
        "first_reply": median_wait("first_reply_at", replied),
        "replied": Count("pk", filter=replied),
        "resolution": median_wait("closed_at", _resolved(span)),
        "resolved": Count("pk", filter=_resolved(span)),
        "rating": models.Avg("rating", filter=rated),
        "rated": Count("pk", filter=rated),
    }


def promises(by: str, span: Span) -> dict[Any, dict[str, int]]:
    """How many promises that fall due in these days were kept, missed, or still run, by the key of one of
    the GROUPS or by "month" (first day → counts). One query."""
    month = Trunc("due_at", "month", output_field=models.DateField(), tzinfo=timezone.get_current_timezone())
    counted: Any = (
        CaseClock.objects.that_count()
        .filter(due_at__gte=span.begins, due_at__lt=span.ends)
        .order_by()
        .values(key=month if by == "month" else F(f"case__{GROUPS[by][0]}"))
        .annotate(**{name: Count("pk", filter=came_out) for name, came_out in OUTCOMES.items()})
    )
    return {row["key"]: {name: row[name] for name in OUTCOMES} for row in counted}


def deflection(span: Span, now: datetime) -> dict[str, int]:
    """``read``: on how many days of a contact suggestions were read; ``solved``: after how many of these the
    contact opened no case within 72 hours of anything that they read. Days that are not yet decided do not
    count. One query."""
    zone = timezone.get_current_timezone()
    soon = Case.objects.filter(
        contact=OuterRef("contact"),
        created_at__gte=OuterRef("read_at"),
        created_at__lt=OuterRef("read_at") + UNDECIDED,
    )
    read = SuggestionReading.objects.filter(read_at__gte=span.begins, read_at__lt=span.ends)
    days = (
        read.order_by()
        .annotate(has_case=Exists(soon))
        .values("contact", day=TruncDate("read_at", tzinfo=zone))
    )
    decided = days.annotate(opened_case=BoolOr("has_case"), last=Max("read_at")).filter(
        last__lte=now - UNDECIDED
    )
    return decided.aggregate(read=Count("contact"), solved=Count("contact", filter=Q(opened_case=False)))


def _next_month(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
