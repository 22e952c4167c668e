"""Which cases the desk lists, and in which order: read from an address and written to one."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Exists, Q
from django.http import QueryDict

from accounts.models import Account
from cases.admin.desk.people import People
from cases.models import Case, CaseClock, CaseQuerySet, Priority, StatusCategory
from cases.models.case_queryset import numbers_in
from lib.paging import Cut, RisingCut
from records.filters import within_days

ACTIVE, LATE, CLOSED, ALL = "active", "late", "closed", "all"
SOON, QUIET = "soon", "quiet"
"""Due within a day; up to us, and left alone for two days."""
OF_TIME = (LATE, SOON, QUIET)
WITHIN = timedelta(days=1)
LEFT_ALONE = timedelta(days=2)
ME, MINE, NOBODY = "me", "mine", "none"
"""The agent who looks; the queues that they are in; no agent, no queue, or no product."""
REPLIED, RESOLVED, RATED = "replied", "resolved", "rated"
"""What ``since`` and ``until`` are about, where that is not the opening: the first reply, ..."""
DAYS = {"": "created_at", REPLIED: "first_reply_at", RESOLVED: "closed_at", RATED: "rated_at"}
KEPT, MISSED, RUNNING = "kept", "missed", "running"
"""Cases with a promise that was due between ``since`` and ``until`` and came out so."""
NO_ACCOUNT = "-"
"""Cases of people who belong to none."""
MOST_WORDS = 8
LONGEST = 500
"""Characters of an address that are read."""

ORDERS: Mapping[str, tuple[type[Cut], str]] = {
    "due": (RisingCut, "due_at"),
    "activity": (Cut, "updated_at"),
    "opened": (Cut, "created_at"),
    "priority": (Cut, "urgency"),
}
FOLDED = ("status", "type", "product", "account", "since", "until", "day", "promise")
OF_ACTIVE = ("due", "priority")
"""Orders that an index has for active cases alone."""


def _key(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 19 else ""


def _number(key: str) -> int | None:
    return int(key) if key.isdigit() else None


def _one_of(*words: str) -> Callable[[str], str]:
    return lambda text: text if text in words else ""


def _key_or(*words: str) -> Callable[[str], str]:
    return lambda text: text if text in words else _key(text)


def _words(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:150]


def _slug(text: str) -> str:
    return text if len(text) <= 50 and text.replace("-", "").replace("_", "").isalnum() else ""


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


READ: Mapping[str, Callable[[str], str]] = {
    "q": _words,
    "state": _one_of(ACTIVE, *OF_TIME, CLOSED, ALL),
    "agent": _key_or(ME, NOBODY),
    "queue": _key_or(MINE, NOBODY),
    "priority": _one_of(*Priority.values),
    "status": _slug,
    "type": _key,
    "product": _key_or(NOBODY),
    "account": lambda text: _words(text)[:100],
    "since": _day,
    "until": _day,
    "day": _one_of(*filter(None, DAYS)),
    "promise": _one_of(KEPT, MISSED, RUNNING),
    "sort": _one_of(*ORDERS),
}
"""Parameter of an address → what is made of it; empty where it makes no sense."""


@dataclass(frozen=True)
class DeskFilter:
    """What was chosen, each empty where nothing was. ``agent``, ``queue``, ``type`` and ``product`` are keys,
    or words for what has none; ``account`` is a number or a name."""

    q: str = ""
    state: str = ""
    agent: str = ""
    queue: str = ""
    priority: str = ""
    status: str = ""
    type: str = ""
    product: str = ""
    account: str = ""
    since: str = ""
    until: str = ""
    day: str = ""
    promise: str = ""
    sort: str = ""

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Self:
        """What makes no sense is left out, and so is what is usual anyway."""
        chosen = {name: read(str(query.get(name, ""))) for name, read in READ.items()}
        if chosen["state"] == (ALL if chosen["q"] else ACTIVE):
            chosen["state"] = ""
        shown = cls(**chosen)
        return shown if shown.sort in shown.sorts[1:] else cls(**{**chosen, "sort": ""})

    @classmethod
    def written(cls, query: str) -> Self:
        """From what ``as_query`` or a saved view says."""
        return cls.of(QueryDict(query[:LONGEST]))

    def as_query(self, **others: str) -> str:
        """In one spelling; with ``others`` instead of what is chosen."""
        return urlencode({name: value for name, value in (asdict(self) | others).items() if value})

    @property
    def states(self) -> str:
        """Words are looked for in all cases unless the reader says where."""
        return self.state or (ALL if self.q else ACTIVE)

    @property
    def sorts(self) -> list[str]:
        """The usual one first."""
        is_of_active = self.states in (ACTIVE, *OF_TIME) and not self.q
        return [*ORDERS] if is_of_active else [name for name in ORDERS if name not in OF_ACTIVE]

    def whatever_order(self) -> Self:
        return replace(self, sort="")

    @property
    def is_narrowed(self) -> bool:
        return any(asdict(self).values())

    @property
    def more(self) -> list[str]:
        """What is chosen in the fields that are folded away."""
        return [name for name in FOLDED if self._of(name)]

    def cut(self, query: QueryDict) -> Cut:
        kind, by = ORDERS[self.sort or self.sorts[0]]
        return kind.of(query, Case, by=by)

    def cut_after(self, case: Case) -> Cut:
        """For the one row behind the case, which stands where its columns say."""
        kind, by = ORDERS[self.sort or self.sorts[0]]
        return kind(by, QueryDict(), 0, "older", getattr(case, by), case.pk)

    @property
    def shape(self) -> tuple[Hashable, ...] | None:
        """What the text of the query depends on; None where that is more than can be kept, or where the plan
        depends on the values: how many are late, PostgreSQL only knows when it is told the time."""
        is_timed = self.states in (SOON, QUIET) or (self.states == LATE and self.sort)
        if self.queue == MINE or self.q or self.priority or self.more or is_timed:
            return None
        words = [value if value == NOBODY else bool(value) for value in (self.agent, self.queue)]
        return (self.states, *words, self.sort or self.sorts[0])

    def values(self, agent: int, now: datetime) -> dict[str, Any]:
        """What ``parts`` takes beside the rows. ``agent``: who looks."""
        chosen = {
            "agent": agent if self.agent == ME else _number(self.agent),
            "queue": _number(self.queue),
            "reader": agent if self.queue == MINE else None,
            "now": now if self.states in OF_TIME else None,
        }
        return {name: value for name, value in chosen.items() if value is not None}

    @property
    def words(self) -> list[str]:
        """Of which some may be names; a case's number is nobody's."""
        return [] if numbers_in(self.q) else self.q.split()[:MOST_WORDS]

    def parts(self, rows: CaseQuerySet, people: People, **values: Any) -> list[CaseQuerySet]:
        """What the list is put together from: words are found by an index of their own, people by others."""
        narrowed = self._narrowed(rows, **values)
        if not self.q:
            return [narrowed]
        found = [narrowed.matching(self.q)]
        if people.contacts:
            found.append(narrowed.filter(contact__in=people.contacts))
        if people.accounts:
            found.append(narrowed.filter(account__in=people.accounts))
        return found

    def _narrowed(
        self,
        rows: CaseQuerySet,
        agent: int | None = None,
        queue: int | None = None,
        reader: int | None = None,
        now: datetime | None = None,
    ) -> CaseQuerySet:
        rows = self._in_state(rows, now)
        if self.agent:
            rows = rows.filter(assigned_to=agent)
        if self.queue:
            rows = rows.filter(queue__agents=reader) if reader else rows.filter(queue=queue)
        return self._of_kind(rows)

    def _in_state(self, rows: CaseQuerySet, now: datetime | None) -> CaseQuerySet:
        match self.states:
            case "active":
                return rows.active()
            case "late":
                return rows.late(now)
            case "soon" if now:
                return rows.due_between(now, now + WITHIN)
            case "quiet" if now:
                return rows.left_alone_since(now - LEFT_ALONE)
            case "closed":
                return rows.closed()
        return rows

    def _of_kind(self, rows: CaseQuerySet) -> CaseQuerySet:
        columns = {"priority": "priority", "status": "status", "type": "request_type", "product": "product"}
        chosen: dict[str, Any] = {
            column: self._of(name) for name, column in columns.items() if self._of(name)
        }
        if self.product == NOBODY:
            chosen["product"] = None
        rows = self._in_days(rows.filter(**chosen))
        return rows.filter(_account(self.account)) if self.account else rows

    def _in_days(self, rows: CaseQuerySet) -> CaseQuerySet:
        """A case that was resolved was last touched then or later."""
        since, until = (date.fromisoformat(day) if day else None for day in (self.since, self.until))
        if self.promise:
            due = within_days(CaseClock.objects.that_came_out(self.promise), "due_at", since, until)
            return rows.filter(pk__in=due.values("case"))
        if self.day == RESOLVED:
            rows = within_days(rows.filter(category=StatusCategory.RESOLVED), "updated_at", since, None)
        if self.day:
            rows = rows.filter(**{f"{DAYS[self.day]}__isnull": False})
        days: CaseQuerySet = within_days(rows, DAYS[self.day], since, until)
        return days

    def _of(self, name: str) -> str:
        value: str = getattr(self, name)
        return value


def _account(text: str) -> Q:
    """A number means that account alone, whatever others are called."""
    if text == NO_ACCOUNT:
        return Q(account=None)
    numbered = Account.objects.filter(number__iexact=text)
    return Q(account__in=numbered) | Q(~Exists(numbered), account__name__icontains=text)
