"""The filters above the list, and the tabs: the lists that agents come back to. Both look the same from click
to click, so they are drawn once for what they show, and kept in the process."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from cases.admin.desk.filters import (
    ACTIVE,
    ALL,
    CLOSED,
    KEPT,
    LATE,
    ME,
    MINE,
    MISSED,
    NOBODY,
    QUIET,
    RATED,
    REPLIED,
    RESOLVED,
    RUNNING,
    SOON,
    DeskFilter,
)
from cases.admin.desk.frame import Choices, Frame, Rows, rows_in
from cases.models import Priority
from lib.counted import in_figures
from lib.widgets import LineInput, PlainSelect

Offered = list[tuple[str, Any]]


@dataclass(frozen=True)
class Tab:
    label: str
    query: str
    count: str
    is_current: bool
    is_late: bool = False


def tabs_of(frame: Frame, shown: DeskFilter) -> tuple[Tab, ...]:
    lists = [
        (_("All active"), DeskFilter()),
        (_("Mine"), DeskFilter(agent=ME)),
        (_("Unassigned"), DeskFilter(agent=NOBODY)),
        (_("Late"), DeskFilter(state=LATE)),
        *((name, DeskFilter(queue=str(pk))) for pk, name in frame.choices.queues),
    ]
    if frame.choices.queues and frame.counts[DeskFilter(queue=NOBODY)]:
        lists.append((_("No queue"), DeskFilter(queue=NOBODY)))
    return tuple(_tab(label, listed, frame.counts[listed], shown) for label, listed in lists)


def _tab(label: str, listed: DeskFilter, count: int, shown: DeskFilter) -> Tab:
    is_late = listed.state == LATE and count > 0
    return Tab(label, listed.as_query(), in_figures(count), listed == shown.whatever_order(), is_late)


def is_tab(shown: DeskFilter) -> bool:
    """One of the lists that are there anyway: nothing to be kept, or cleared."""
    tabs = (DeskFilter(), DeskFilter(agent=ME), DeskFilter(agent=NOBODY), DeskFilter(state=LATE))
    return shown in tabs or shown == DeskFilter(queue=shown.queue)


@dataclass(frozen=True)
class KeptView:
    pk: int
    label: str
    query: str
    is_current: bool
    is_own: bool
    is_shared: bool


def views_of(frame: Frame, shown: DeskFilter, agent: User) -> tuple[KeptView, ...]:
    """What was kept is read again as an address is: a queue may be gone."""
    listed = [(view, DeskFilter.written(view["query"])) for view in frame.views]
    return tuple(
        KeptView(
            view["id"], view["name"], kept.as_query(), kept == shown, view["user_id"] == agent.pk,
            view["group_id"] is not None,
        )
        for view, kept in listed
    )  # fmt: skip


@dataclass(frozen=True)
class Field:
    label: str
    html: SafeString
    id: str


def tabs_html(tabs: tuple[Tab, ...], views: tuple[KeptView, ...]) -> SafeString:
    return _kept_tabs(get_language() or "", tabs, views)


@lru_cache(maxsize=500)
def _kept_tabs(_language: str, tabs: tuple[Tab, ...], views: tuple[KeptView, ...]) -> SafeString:
    return render_to_string("admin/desk/_tabs.html", {"tabs": tabs, "views": views})


def bar_html(choices: Choices, shown: DeskFilter, former: tuple[tuple[str, str], ...]) -> SafeString:
    """``former``: an agent who works here no more, and is asked for all the same."""
    draw = _draw_bar if shown.q or shown.account else _kept_bar
    return draw(get_language() or "", choices, shown, former)


def _draw_bar(
    _language: str, choices: Choices, shown: DeskFilter, former: tuple[tuple[str, str], ...]
) -> SafeString:
    near = [
        _select("state", _("State"), _states(), shown.states),
        _select("queue", _("Queue"), _queues(choices), shown.queue),
        _select("priority", _("Priority"), [("", _("Any priority")), *Priority.choices], shown.priority),
    ]
    more = _more(choices, shown, former)
    count = len(shown.more) + bool(shown.sort) + shown.agent.isdigit()
    context = {"shown": shown, "near": near, "more": more, "count": count, "is_tab": is_tab(shown)}
    return render_to_string("admin/desk/_filters.html", context)


_kept_bar = lru_cache(maxsize=500)(_draw_bar)


def _more(choices: Choices, shown: DeskFilter, former: tuple[tuple[str, str], ...]) -> list[Field]:
    """What is folded away."""
    statuses, types = rows_in(choices.statuses), rows_in(choices.types)
    return [
        _select("agent", _("Agent"), [*_agents(choices), *former], shown.agent),
        _select("status", _("Status"), _named(_("Any status"), statuses, "slug", "label"), shown.status),
        _select("type", _("Type"), _named(_("Any type"), types), shown.type),
        _select("product", _("Product"), _products(choices), shown.product),
        _line("account", _("Account"), shown.account, placeholder=_("Name or number"), maxlength=100),
        _select("day", _("Date of"), _days(), shown.day),
        _line("since", _("Since"), shown.since, type="date"),
        _line("until", _("Until"), shown.until, type="date"),
        _select("promise", _("SLA target"), _promises(), shown.promise),
        _select("sort", _("Sort by"), _sorts(shown), shown.sort),
    ]


def _states() -> Offered:
    timed = [(LATE, _("Late")), (SOON, _("Due within a day")), (QUIET, _("No activity"))]
    return [(ACTIVE, _("Active")), *timed, (CLOSED, _("Closed")), (ALL, _("All"))]


def _days() -> Offered:
    others = [(REPLIED, _("First reply")), (RESOLVED, _("Resolution")), (RATED, _("Rating"))]
    return [("", _("Opening")), *others]


def _promises() -> Offered:
    """Of those that were due on the days."""
    return [("", _("Any")), (KEPT, _("Met")), (MISSED, _("Missed")), (RUNNING, _("Running"))]


def _queues(choices: Choices) -> Offered:
    named = [(str(pk), name) for pk, name in choices.queues]
    return [("", _("Any queue")), (MINE, _("My queues")), (NOBODY, _("No queue")), *named]


def _products(choices: Choices) -> Offered:
    return [*_named(_("Any product"), rows_in(choices.products)), (NOBODY, _("No product"))]


def _agents(choices: Choices) -> Offered:
    named = [(str(agent["id"]), name_of(agent)) for agent in rows_in(choices.agents)]
    return [("", _("Any agent")), (ME, _("Me")), (NOBODY, _("Nobody")), *named]


def name_of(agent: Mapping[str, Any]) -> str:
    return f"{agent['first_name']} {agent['last_name']}".strip() or str(agent["email"])


def _named(any_word: str, rows: Rows, key: str = "id", label: str = "name") -> Offered:
    return [("", any_word), *((str(row[key]), row[label]) for row in rows)]


def _sorts(shown: DeskFilter) -> Offered:
    words = {
        "due": _("Due first"),
        "activity": _("Latest activity"),
        "opened": _("Newest first"),
        "priority": _("Highest priority"),
    }
    usual, *others = shown.sorts
    return [("", words[usual]), *((name, words[name]) for name in others)]


def _select(name: str, label: str, choices: Offered, chosen: str) -> Field:
    key = f"desk-{name}"
    widget = PlainSelect(attrs={"class": "form-select", "aria-label": label}, choices=choices)
    return Field(label, widget.render(name, chosen, {"id": key}), key)


def _line(name: str, label: str, value: str, **attrs: Any) -> Field:
    key = f"desk-{name}"
    widget = LineInput(attrs={"class": "form-control"})
    return Field(label, widget.render(name, value, {"id": key, **attrs}), key)
