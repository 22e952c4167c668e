"""What can be chosen on a case's page: statuses, queues, colleagues, saved replies. They are few and change
seldom, but a page must not show old ones: one statement reads them all."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import User
from cases.models import (
    TRANSITIONS,
    Case,
    CaseDesk,
    CaseStatus,
    Checklist,
    Priority,
    Product,
    Queue,
    RequestType,
    SavedReply,
    agents,
)
from lib.compiled import rows

MOST_AGENTS = 200
"""Of more than so many one is looked for, not chosen from a list."""
Choice = tuple[Any, str]


@dataclass(frozen=True)
class Options:
    statuses: list[dict[str, Any]]
    queues: list[dict[str, Any]]
    types: list[dict[str, Any]]
    products: list[dict[str, Any]]
    people: list[dict[str, Any]]
    """At most one more than a list can show."""
    replies: list[dict[str, Any]]
    checklists: list[dict[str, Any]]

    @property
    def has_more_people(self) -> bool:
        return len(self.people) > MOST_AGENTS

    def reachable_from(self, category: str) -> list[Choice]:
        """The statuses that a case may move to."""
        return [
            (row["pk"], row["label"]) for row in self.statuses if row["category"] in TRANSITIONS[category]
        ]

    def of_property(self, name: str, case: Case) -> list[Choice]:
        """With what the case has, whether that can still be chosen or not."""
        found = self._choices(name, case)
        now = current(name, case)
        return found if now is None or any(pk == now[0] for pk, _label in found) else [now, *found]

    def _choices(self, name: str, case: Case) -> list[Choice]:
        if name == "status":
            return self.reachable_from(case.category)
        if name == "priority":
            return [(value, str(label)) for value, label in Priority.choices]
        if name == "assigned_to":
            return [(row["pk"], _full_name(row)) for row in self.people[:MOST_AGENTS]]
        kept = {"queue": self.queues, "request_type": self.types, "product": self.products}
        return [(row["pk"], row["label"]) for row in kept[name]]


def current(name: str, case: Case) -> Choice | None:
    """What the case has of this, with its name."""
    value = getattr(case, name)
    if name == "priority":
        return value, case.get_priority_display()
    label = value.get_full_name() if isinstance(value, User) else str(value)
    return (value.pk, label) if value else None


def _full_name(row: dict[str, Any]) -> str:
    return f"{row['first']} {row['last']}".strip() or row["email"]


def options_for(agent: User) -> Options:
    [found] = rows("choices on a case's page", _rows, agent=agent.pk)
    names = ("statuses", "queues", "types", "products", "people", "replies", "checklists")
    return Options(**{name: getattr(found, name) for name in names})


def _rows(agent: int) -> QuerySet[CaseDesk]:
    """The desk's one row, with all tables beside it."""
    named = {"pk": "pk", "label": "name"}
    status = JSONObject(pk="pk", label="label", category="category")
    return CaseDesk.objects.filter(pk=1).only("pk").annotate(
        statuses=ArraySubquery(CaseStatus.objects.offered().values(row=status)),
        queues=ArraySubquery(Queue.objects.values(row=JSONObject(**named))),
        types=ArraySubquery(RequestType.objects.filter(is_active=True).values(row=JSONObject(**named))),
        products=ArraySubquery(Product.objects.filter(is_active=True).values(row=JSONObject(**named))),
        people=ArraySubquery(_people()),
        replies=ArraySubquery(_replies(agent)),
        checklists=ArraySubquery(
            Checklist.objects.filter(is_active=True, steps__isnull=False)
            .distinct()
            .values(row=JSONObject(**named))
        ),
    )  # fmt: skip


def _people() -> QuerySet[Any]:
    """One more than can be shown tells that there are more."""
    name = JSONObject(pk="pk", first="first_name", last="last_name", email="email")
    return agents().values(row=name)[: MOST_AGENTS + 1]


def _replies(agent: int) -> QuerySet[Any]:
    names = (
        "pk", "title", "body", "is_note", "then_status", "then_priority", "then_queue", "assigns_me",
    )  # fmt: skip
    own = SavedReply.objects.filter(Q(owner=None) | Q(owner=agent), is_active=True)
    return own.values(row=JSONObject(**{name: name for name in names}))
