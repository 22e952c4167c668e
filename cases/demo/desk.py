"""The demo's case desk: products, hours, promises, contracts, queues, rules, saved replies, questions."""

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from accounts.models import User
from cases.models import (
    BusinessCalendar,
    BusinessInterval,
    CaseDesk,
    Checklist,
    ChecklistStep,
    ClosedDay,
    Entitlement,
    Product,
    Queue,
    RequestField,
    RequestType,
    RoutingRule,
    SavedReply,
    SlaPolicy,
)
from records.demo import DemoWorld, People, read

CONTENT = Path(__file__).parent / "desk.toml"


def load_desk(world: DemoWorld) -> None:
    content, people, today = read(CONTENT), world.people, world.calendar.today.date()
    Product.objects.bulk_create(Product(**row) for row in content["product"])
    CaseDesk.objects.filter(pk=1).update(**content["desk"])
    CaseDesk.objects.stored().escalations_to.set([people.users[email] for email in content["escalations_to"]])
    hours = {row["name"]: _hours(row, today) for row in content["calendar"]}
    policies = {row["name"]: _policy(row, hours) for row in content["policy"]}
    for row in content["entitlement"]:
        _entitlement(row, people, policies, today)
    queues = {row["name"]: _queue(row, people) for row in content["queue"]}
    types = {kind.slug: kind for kind in RequestType.objects.all()}
    RoutingRule.objects.bulk_create(_rule(row, queues, types) for row in content["rule"])
    RequestField.objects.bulk_create(
        _question(row, types, place) for place, row in enumerate(content["question"], start=1)
    )
    SavedReply.objects.bulk_create(_saved_reply(row) for row in content["saved_reply"])
    for row in content["checklist"]:
        _checklist(row)


def _saved_reply(row: dict[str, Any]) -> SavedReply:
    does = {"then_status_id": row.get("status"), "assigns_me": row.get("assigns_me", False)}
    return SavedReply(title=row["title"], body=row["text"].strip(), **does)


def _checklist(row: dict[str, Any]) -> None:
    checklist = Checklist.objects.create(name=row["name"])
    ChecklistStep.objects.bulk_create(
        ChecklistStep(checklist=checklist, text=text, position=10 * place)
        for place, text in enumerate(row["steps"], start=1)
    )


def _hours(row: dict[str, Any], today: date) -> BusinessCalendar:
    calendar = BusinessCalendar.objects.create(
        name=row["name"], time_zone=row["time_zone"], country=row["country"]
    )
    spans = [(day, *(time.fromisoformat(at) for at in span)) for day in row["days"] for span in row["hours"]]
    BusinessInterval.objects.bulk_create(
        BusinessInterval(calendar=calendar, weekday=day, opens=opens, closes=closes)
        for day, opens, closes in spans
    )
    days = [today + timedelta(days=ahead) for ahead in row["closed_in_days"]]
    ClosedDay.objects.bulk_create(ClosedDay(calendar=calendar, day=day, note="Stocktaking") for day in days)
    return calendar


def _policy(row: dict[str, Any], hours: dict[str, BusinessCalendar]) -> SlaPolicy:
    return SlaPolicy.objects.create(**{**row, "calendar": hours[row["calendar"]]})


def _entitlement(
    row: dict[str, Any], people: People, policies: dict[str, SlaPolicy], today: date
) -> Entitlement:
    plain = {name: row[name] for name in ("name", "unit", "amount", "limit")}
    return Entitlement.objects.create(
        account=people.accounts[row["account"]],
        sla_policy=policies.get(row["policy"]),
        valid_from=today - timedelta(days=row["from_days_ago"]),
        valid_until=today + timedelta(days=row["until_in_days"]),
        **plain,
    )


def _queue(row: dict[str, Any], people: People) -> Queue:
    queue = Queue.objects.create(name=row["name"], position=row["position"])
    agents: list[User] = [people.users[email] for email in row["agents"]]
    queue.agents.set(agents)
    return queue


def _rule(row: dict[str, Any], queues: dict[str, Queue], types: dict[str, RequestType]) -> RoutingRule:
    return RoutingRule(
        position=row["position"],
        queue=queues[row["queue"]],
        request_type=types.get(row["type"]),
        priority=row["priority"],
        round_robin=row["round_robin"],
    )


def _question(row: dict[str, Any], types: dict[str, RequestType], position: int) -> RequestField:
    return RequestField(
        request_type=types[row["type"]],
        label=row["label"],
        help_text=row["help"],
        kind=row["kind"],
        choices=row["choices"],
        is_required=row["required"],
        position=position * 10,
    )
