"""What stands around the list: how many cases there are where, and what can be chosen. One statement, however
many cases there are: nothing is counted further than is shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from cases.admin.desk.filters import LATE, ME, NOBODY, DeskFilter
from cases.admin.desk.people import People, columns, named
from cases.models import Case, CaseStatus, Product, Queue, RequestType
from lib import compiled
from lib.counted import Counted, counted
from records.models import SavedView

MOST_AGENTS = 500
VIEWS = "case"
"""``record_type`` of the views of this list."""


class Listed(models.Subquery):
    """The rows of a queryset as the text of a list of objects, whose names are those of the columns: most of
    these lists are the same on every click, and are read once (``rows_in``)."""

    template = "(SELECT coalesce(jsonb_agg(listed), '[]')::text FROM (%(subquery)s) listed)"
    output_field = models.TextField()


Rows = tuple[Mapping[str, Any], ...]


@lru_cache(maxsize=500)
def rows_in(text: str) -> Rows:
    return tuple(MappingProxyType(row) for row in json.loads(text))


@dataclass(frozen=True)
class Choices:
    """What can be chosen, each as ``Listed`` tells it."""

    agents: str
    statuses: str
    types: str
    products: str
    queues: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Frame:
    counts: Mapping[DeskFilter, int]
    """A list → how many cases are in it; counted no further than lib.counted does."""
    choices: Choices
    views: Rows
    groups: Rows
    """Those that the agent can share a view with."""
    people: People


def frame_for(agent: User, words: Sequence[str] = ()) -> Frame:
    """``words``: what is looked for, some of which may be names."""

    def framed(me: int, now: datetime, **meant: str) -> models.QuerySet[User]:
        shareable = Listed(groups_of(me, is_superuser=agent.is_superuser).values("id", "name"))
        return (
            User.objects.filter(pk=me)
            .only("pk")
            .annotate(**_counts(me, now), **_choices(me), **_meant(meant), shareable=shareable)
        )

    shape = ("frame of the desk", agent.is_superuser, len(words))
    [row] = compiled.rows(shape, framed, me=agent.pk, now=timezone.now(), **named(words))
    found: Any = row
    queues = rows_in(found.queues)
    counts = {
        DeskFilter(): found.all_active,
        DeskFilter(agent=ME): found.mine,
        DeskFilter(agent=NOBODY): found.nobodys,
        DeskFilter(state=LATE): found.late,
        DeskFilter(queue=NOBODY): found.queueless,
        **{DeskFilter(queue=str(queue["id"])): queue["count"] for queue in queues},
    }
    in_order = tuple((queue["id"], queue["name"]) for queue in queues)
    choices = Choices(found.agents, found.statuses, found.types, found.products, in_order)
    people = People.of(found) if words else People()
    return Frame(counts, choices, rows_in(found.views), rows_in(found.shareable), people)


def groups_of(agent: int, *, is_superuser: bool) -> models.QuerySet[Group]:
    groups = Group.objects.order_by("name")
    return groups if is_superuser else groups.filter(user=agent)


def _counts(me: int, now: datetime) -> dict[str, Counted]:
    active = Case.objects.active().order_by()
    return {
        "all_active": counted(active),
        "mine": counted(active.filter(assigned_to=me)),
        "nobodys": counted(active.filter(assigned_to=None)),
        "late": counted(active.filter(due_at__lte=now)),
        "queueless": counted(active.filter(queue=None)),
    }


def _choices(me: int) -> dict[str, Listed]:
    of_queue = Case.objects.active().order_by().filter(queue=models.OuterRef("pk"))
    return {
        "queues": Listed(Queue.objects.annotate(count=counted(of_queue)).values("id", "name", "count")),
        "agents": Listed(_agents().values("id", "first_name", "last_name", "email")[:MOST_AGENTS]),
        "statuses": Listed(CaseStatus.objects.values("slug", "label")),
        "types": Listed(RequestType.objects.values("id", "name")),
        "products": Listed(Product.objects.values("id", "name")),
        "views": Listed(_views(me).values("id", "name", "query", "user_id", "group_id")),
    }


def _meant(words: Mapping[str, str]) -> dict[str, Any]:
    return columns(words) if words else {}


def _agents() -> models.QuerySet[User]:
    return User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "last_name", "pk")


def _views(me: int) -> models.QuerySet[SavedView]:
    """The agent's own, and those that are shared with a group of theirs."""
    groups = Group.objects.filter(user=me).values("pk")
    theirs = SavedView.objects.filter(Q(user=me) | Q(group__in=groups), record_type=VIEWS)
    return theirs.order_by("name", "pk")
