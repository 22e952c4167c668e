"""The filters above the list, and the tabs: the lists that agents come back to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from cases.admin.desk.filters import ACTIVE, ALL, CLOSED, LATE, ME, MINE, NOBODY, DeskFilter
from cases.admin.desk.frame import MOST_COUNTED, Frame
from cases.models import Priority
from lib.widgets import LineInput, PlainSelect

Choices = list[tuple[str, Any]]


@dataclass(frozen=True)
class Tab:
    label: str
    query: str
    count: str
    is_current: bool
    is_late: bool = False


def tabs_of(frame: Frame, shown: DeskFilter) -> list[Tab]:
    lists = [
        (_("All active"), DeskFilter()),
        (_("Mine"), DeskFilter(agent=ME)),
        (_("Unassigned"), DeskFilter(agent=NOBODY)),
        (_("Late"), DeskFilter(state=LATE)),
        *((queue["name"], DeskFilter(queue=str(queue["id"]))) for queue in frame.queues),
    ]
    if frame.queues and frame.counts[DeskFilter(queue=NOBODY)]:
        lists.append((_("No queue"), DeskFilter(queue=NOBODY)))
    return [_tab(label, listed, frame.counts[listed], shown) for label, listed in lists]


def _tab(label: str, listed: DeskFilter, count: int, shown: DeskFilter) -> Tab:
    is_late = listed.state == LATE and count > 0
    return Tab(label, listed.as_query(), in_figures(count), listed == shown.whatever_order(), is_late)


def in_figures(count: int) -> str:
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


@dataclass(frozen=True)
class KeptView:
    pk: int
    label: str
    query: str
    is_current: bool
    is_own: bool
    is_shared: bool


def views_of(frame: Frame, shown: DeskFilter, agent: User) -> list[KeptView]:
    """What was kept is read again as an address is: a queue may be gone."""
    listed = [(view, DeskFilter.written(view["query"])) for view in frame.views]
    return [
        KeptView(
            view["id"], view["name"], kept.as_query(), kept == shown, view["user_id"] == agent.pk,
            view["group_id"] is not None,
        )
        for view, kept in listed
    ]  # fmt: skip


@dataclass(frozen=True)
class Field:
    label: str
    html: SafeString
    id: str


@dataclass(frozen=True)
class Bar:
    """``near``: always in view. ``more``: folded away until somebody asks for them, or one is set."""

    near: list[Field]
    more: list[Field]
    count: int
    """How many of ``more`` are set."""


def bar_of(frame: Frame, shown: DeskFilter, agents: Choices) -> Bar:
    """``agents``: besides those who work here now."""
    near = [
        _select("state", _("State"), _states(), shown.states),
        _select("queue", _("Queue"), _queues(frame), shown.queue),
        _select("priority", _("Priority"), [("", _("Any priority")), *Priority.choices], shown.priority),
    ]
    more = [
        _select("agent", _("Agent"), [*_agents(frame), *agents], shown.agent),
        _select(
            "status", _("Status"), _named(_("Any status"), frame.statuses, "slug", "label"), shown.status
        ),
        _select("type", _("Type"), _named(_("Any type"), frame.types), shown.type),
        _select("product", _("Product"), _products(frame), shown.product),
        _line("account", _("Account"), shown.account, placeholder=_("Name or number"), maxlength=100),
        _line("since", _("Opened since"), shown.since, type="date"),
        _line("until", _("Opened until"), shown.until, type="date"),
        _select("sort", _("Sort by"), _sorts(shown), shown.sort),
    ]
    return Bar(near, more, len(shown.more) + bool(shown.sort) + shown.agent.isdigit())


def _states() -> Choices:
    return [(ACTIVE, _("Active")), (LATE, _("Late")), (CLOSED, _("Closed")), (ALL, _("All"))]


def _queues(frame: Frame) -> Choices:
    return [*_named(_("Any queue"), frame.queues), (MINE, _("My queues")), (NOBODY, _("No queue"))]


def _products(frame: Frame) -> Choices:
    return [*_named(_("Any product"), frame.products), (NOBODY, _("No product"))]


def _agents(frame: Frame) -> Choices:
    named = [(str(agent["id"]), name_of(agent)) for agent in frame.agents]
    return [("", _("Any agent")), (ME, _("Me")), (NOBODY, _("Nobody")), *named]


def name_of(agent: dict[str, Any]) -> str:
    return f"{agent['first_name']} {agent['last_name']}".strip() or str(agent["email"])


def _named(any_word: str, rows: Sequence[dict[str, Any]], key: str = "id", label: str = "name") -> Choices:
    return [("", any_word), *((str(row[key]), row[label]) for row in rows)]


def _sorts(shown: DeskFilter) -> Choices:
    words = {
        "due": _("Due first"),
        "activity": _("Latest activity"),
        "opened": _("Latest opened"),
        "priority": _("Most urgent"),
    }
    usual, *others = shown.sorts
    return [("", words[usual]), *((name, words[name]) for name in others)]


def _select(name: str, label: str, choices: Choices, chosen: str) -> Field:
    key = f"desk-{name}"
    widget = PlainSelect(attrs={"class": "form-select", "aria-label": label}, choices=choices)
    return Field(label, widget.render(name, chosen, {"id": key}), key)


def _line(name: str, label: str, value: str, **attrs: Any) -> Field:
    key = f"desk-{name}"
    widget = LineInput(attrs={"class": "form-control"})
    return Field(label, widget.render(name, value, {"id": key, **attrs}), key)
