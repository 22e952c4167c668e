"""What stands beside the conversation: the customer, what was promised, what was worked, what is alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.template.defaultfilters import floatformat
from django.utils.formats import date_format, time_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from cases.customer_hours import customer_hours, times_to_send
from cases.display.due_marks import Mark, clock_marks, due_mark
from cases.forms.minutes import written
from cases.models import Case, CaseClock, Entitlement, ScheduledReply, StatusCategory
from lib.search import alike

SIMILAR_CASES, SIMILAR_CANDIDATES = 5, 200
MOMENTS = ("due_at", "warn_at", "met_at", "dropped_at", "started_at", "goes_at", "at", "taken_back_at")


def read(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that came as JSON, its moments as such."""
    moments = {name: datetime.fromisoformat(row[name]) for name in MOMENTS if row.get(name)}
    return {**row, **moments}


@dataclass(frozen=True)
class Promises:
    running: list[Mark]
    """The next one first."""
    past: list[Mark]


def facts_beside(case: Any, now: datetime) -> dict[str, Any]:
    """``case`` as case_on_desk loads it."""
    return {
        "due": due_mark(case, now),
        "promises": Promises(_clocks(case, case.running, now), _clocks(case, case.past, now)),
        "entitlement_left": left_of(case.entitlement, case.spent) if case.entitlement else "",
        "others": case.last_cases if case.account_id else case.own_cases,
        "satisfaction": satisfaction(case.ratings),
        "checklists": checklists(case.checked),
        "scheduled": [_waiting_reply(read(row)) for row in case.scheduled],
        "time_entries": [_entry(read(row)) for row in case.worked],
        "writing": ", ".join(name.strip() for name in case.writing),
        "closed_hint": closed_hint(case),
    }


def _clocks(case: Case, found: Iterable[dict[str, Any]], now: datetime) -> list[Mark]:
    return clock_marks(case, [CaseClock(**read(row)) for row in found], now)


def left_of(entitlement: Entitlement, spent: Decimal | None) -> str:
    """ "5 of 30 cases left"."""
    left = entitlement.amount - (spent or Decimal(0))
    numbers = {"left": floatformat(left, "-2g"), "amount": floatformat(entitlement.amount, "-2g")}
    if entitlement.unit == Entitlement.Unit.HOURS:
        return _("%(left)s of %(amount)s hours left") % numbers
    return _("%(left)s of %(amount)s cases left") % numbers


def satisfaction(ratings: list[int]) -> str:
    """Of the contact's latest ratings of other cases."""
    if not ratings:
        return ""
    mean = floatformat(sum(ratings) / len(ratings), "-1g")
    return _("%(mean)s out of 5 (ratings: %(count)d)") % {"mean": mean, "count": len(ratings)}


def checklists(steps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each list with its steps, and how many of them are done."""
    found = []
    for name, each in groupby(steps, key=lambda step: step["list"]):
        own = [{**read(step), "by": _by(step)} for step in each]
        done = sum(bool(step["at"]) for step in own)
        found.append({"name": name, "steps": own, "done": done, "count": len(own)})
    return found


def _by(step: dict[str, Any]) -> str:
    return f"{step['first'] or ''} {step['last'] or ''}".strip()


def _waiting_reply(row: dict[str, Any]) -> dict[str, Any]:
    why = dict(ScheduledReply.Held.choices).get(row["held_because"], "")
    return {**row, "held": why, "files": ", ".join(file["name"] for file in row["files"])}


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "worked_on": date.fromisoformat(row["worked_on"]), "length": written(row["minutes"])}


def contracts_of(case: Any) -> list[tuple[int, str]]:
    """Those that the case may draw from: valid on the day when it was opened."""
    opened = localdate(case.created_at).isoformat()
    return [(row["pk"], row["label"]) for row in case.contracts if row["since"] <= opened <= row["until"]]


def closed_hint(case: Case) -> str:
    """What becomes of an answer to a case that is over."""
    if case.category == StatusCategory.RESOLVED:
        return _(
            "This case is resolved. A reply is sent, and the case stays resolved unless you choose another "
            "status."
        )
    if case.category == StatusCategory.CANCELLED:
        return _(
            "This case is cancelled. A reply is sent to the customer, who cannot reply unless you choose a "
            "status that reopens the case."
        )
    return ""


def similar_cases(case: Case) -> list[Case]:
    """Of the same type and product, those whose subject has words of this one's."""
    same: QuerySet[Case] = Case.objects.filter(
        request_type=case.request_type_id, product=case.product_id, merged_into=None
    ).exclude(pk=case.pk)
    found = alike(same.order_by("-updated_at", "-pk"), "subject", case.subject, among=SIMILAR_CANDIDATES)
    return list(found.select_related("status").only("number", "subject", "status__label")[:SIMILAR_CASES])


def sending_times(case: Case, now: datetime) -> dict[str, Any]:
    """When a reply can be sent later: within the customer's working hours."""
    hours = customer_hours(case)
    return {
        "times": [
            (moment.isoformat(), _their_time(moment, hours.zone)) for moment in times_to_send(hours, now)
        ],
        "zone": str(hours.zone),
    }


def _their_time(moment: datetime, zone: ZoneInfo) -> str:
    """ "Monday, 30 November, 09:00", as the customer's clock shows it."""
    there = moment.astimezone(zone)
    return f"{date_format(there, 'l')}, {date_format(there, 'MONTH_DAY_FORMAT')}, {time_format(there)}"
