"""Numbers about how support went: what came in, how long it took, what people thought of it.

Each measure counts in the month of its own event, in the reader's time zone: a case that was opened in May
and resolved in June is one of May's opened and one of June's resolved cases. Times are the customer's: all
hours of the clock, waiting included.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Trunc, TruncDate
from django.utils import timezone

from cases.models import Case, CaseClock, CaseQuerySet, StatusCategory, SuggestionReading

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


def counted_by_month(cases: CaseQuerySet, name: str, months: list[date]) -> list[tuple[Any, int]]:
    """The same, each with the number of cases that it was measured on."""
    measure, zone = MEASURES[name], timezone.get_current_timezone()
    begins, ends = _midnight(months[0], zone), _midnight(_next_month(months[-1]), zone)
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
}
"""What cases are grouped by: the key, what its name is made of, and for an account its number."""
MOST_GROUPS = 100


def by_group(cases: CaseQuerySet, name: str, months: list[date]) -> list[dict[str, Any]]:
    """All measures for each account, type or agent, those with the most cases first. One query."""
    zone = timezone.get_current_timezone()
    begins, ends = _midnight(months[0], zone), _midnight(_next_month(months[-1]), zone)

    def during(column: str) -> Q:
        return Q(**{f"{column}__gte": begins, f"{column}__lt": ends})

    is_resolved = during("closed_at") & Q(category=StatusCategory.RESOLVED)
    rows = cases.filter(
        during("created_at") | during("first_reply_at") | is_resolved | during("rated_at")
    ).order_by()
    grouped = rows.values(*GROUPS[name]).annotate(
        opened=Count("pk", filter=during("created_at")),
        resolved=Count("pk", filter=is_resolved),
        first_reply=median_wait("first_reply_at", during("first_reply_at")),
        resolution=median_wait("closed_at", is_resolved),
        rating=models.Avg("rating", filter=during("rated_at")),
    )
    return list(grouped.order_by("-opened", *GROUPS[name])[:MOST_GROUPS])


def promises(by: str, months: list[date]) -> dict[Any, dict[str, int]]:
    """How many promises that fall due in these months were kept, missed, or still run, by the key of one of
    the GROUPS or by "month" (first day → counts). What is no longer owed is not counted, unless it was missed
    before. One query."""
    zone = timezone.get_current_timezone()
    begins, ends = _midnight(months[0], zone), _midnight(_next_month(months[-1]), zone)
    month = Trunc("due_at", "month", output_field=models.DateField(), tzinfo=zone)
    counted = (
        CaseClock.objects.filter(
            Q(dropped_at=None) | Q(missed_at__isnull=False), due_at__gte=begins, due_at__lt=ends
        )
        .order_by()
        .values(key=month if by == "month" else F(f"case__{GROUPS[by][0]}"))
        .annotate(
            kept=Count("pk", filter=Q(met_at__lte=F("due_at"), missed_at=None)),
            missed=Count("pk", filter=Q(met_at__gt=F("due_at")) | Q(missed_at__isnull=False)),
            running=Count("pk", filter=Q(met_at=None, missed_at=None)),
        )
    )
    return {row["key"]: {name: row[name] for name in ("kept", "missed", "running")} for row in counted}


def deflection(months: list[date], now: datetime) -> dict[str, int]:
    """``read``: on how many days of a contact suggestions were read; ``solved``: after how many of these the
    contact opened no case within 72 hours of anything that they read. Days that are not yet decided do not
    count. One query."""
    zone = timezone.get_current_timezone()
    soon = Case.objects.filter(
        contact=OuterRef("contact"),
        created_at__gte=OuterRef("read_at"),
        created_at__lt=OuterRef("read_at") + UNDECIDED,
    )
    read = SuggestionReading.objects.filter(
        read_at__gte=_midnight(months[0], zone), read_at__lt=_midnight(_next_month(months[-1]), zone)
    )
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
