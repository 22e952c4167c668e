"""The tabs above the list of cases: the lists that agents come back to."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case, Queue


@dataclass(frozen=True)
class Tab:
    """A list that agents come back to, with how much there is of it."""

    label: str
    params: dict[str, str]
    total: int
    is_current: bool
    late: int = 0
    unassigned: int = 0

    @property
    def url(self) -> str:
        return f"?{urlencode(self.params)}"

    @property
    def total_words(self) -> str:
        return ngettext("%(count)d case", "%(count)d cases", self.total) % {"count": self.total}


NO_LIST = {"q", "o", "p", "e", "all", "_facets"}
"""Parameters that say how a list is shown, and not which one."""


def desk_tabs(request: HttpRequest) -> dict[str, Any]:
    """For the list's page: the tabs, and whether a filter is set besides them."""
    queues = queue_counts(request.user.pk)
    chosen = {name: str(value) for name, value in request.GET.items() if name not in NO_LIST}
    kind = {name: value for name, value in chosen.items() if name != "state"}
    tabs = [_tab(request, kind, *row) for row in _lists(queues)]
    is_filtered = "state" in chosen or not any(tab.is_current for tab in tabs)
    return {"queues": queues, "tabs": tabs, "is_filtered": is_filtered, "is_narrowed": bool(chosen)}


def _tab(
    request: HttpRequest, kind: dict[str, str], label: str, params: dict[str, str], counts: dict[str, int]
) -> Tab:
    is_current = params == kind and not ("q" in request.GET and not params)
    return Tab(label, params, counts["total"], is_current, counts.get("late", 0), counts.get("unassigned", 0))


def _lists(queues: list[Any]) -> list[tuple[str, dict[str, str], dict[str, int]]]:
    """All active cases, the reader's, those of nobody, and each queue, empty ones as well."""
    known: dict[int | None, dict[str, int]] = {row["queue"]: row for row in queues}
    empty = {"total": 0}
    total = {name: sum(row[name] for row in queues) for name in ("total", "mine", "unassigned", "late")}
    lists = [
        (_("All active"), {}, {"total": total["total"], "late": total["late"]}),
        (_("My cases"), {"whose": "mine"}, {"total": total["mine"]}),
        (_("Unassigned"), {"whose": "nobody"}, {"total": total["unassigned"]}),
    ]
    lists += [
        (queue.name, {"queue__id__exact": str(queue.pk)}, known.get(queue.pk, empty))
        for queue in Queue.objects.all()
    ]
    return (
        [*lists, (_("No queue"), {"queue__isnull": "True"}, known[None])]
        if None in known and len(queues) > 1
        else lists
    )


def queue_counts(agent: int | None) -> list[Any]:
    """Of active cases, for each queue and for those in none; one query."""
    counts = {
        "total": Count("pk"),
        "late": Count("pk", Q(due_at__lte=timezone.now())),
        "unassigned": Count("pk", Q(assigned_to=None)),
        "mine": Count("pk", Q(assigned_to=agent)),
    }
    active = Case.objects.active().order_by("queue__position", "queue__name")
    return list(active.values("queue", "queue__name").annotate(**counts))
