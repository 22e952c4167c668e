"""What a change of roles, permissions or page rules does: who gains and who loses what.

Measured within a transaction: once before the change, once after it. Contacts fall into groups that hold the
same of the roles in question, so the work grows with the number of groups; rows and contacts are counted by
the database.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.models import Contact
from accounts.scoping import RecordType, granted_scope
from portal.access.moves import rows_between
from portal.access.rights import (
    NOBODY,
    NONE,
    ContactGroup,
    Rights,
    any_of,
    audience_roles,
    grouped_contacts,
    groups_among,
    scoped_models,
)
from portal.site.readers import Reader


@dataclass(frozen=True)
class Sight:
    """What holds at one moment: the rights, and what visitors see by them."""

    rights: Rights
    visitor_rows: dict[str, frozenset[int]]
    visitor_pages: frozenset[int]

    @classmethod
    def now(cls) -> "Sight":
        rights = Rights.now()
        public = [(kind, model) for kind, model in scoped_models() if not kind.belongs_to_somebody]
        visitor = Reader(rights.configuration, None, is_signed_in=False)
        pages = frozenset(page.pk for page in rights.configuration.pages.values() if visitor.may_read(page))
        return cls(
            rights, {kind.name: _keys(model.objects.visible_to(None)) for kind, model in public}, pages
        )

    @property
    def visitor_types(self) -> frozenset[str]:
        return self.rights.configuration.visitor_reads


@dataclass(frozen=True)
class Change:
    """How many contacts gain, or lose, how many rows of one kind. A row that several contacts gain counts
    once."""

    label: str
    contacts_gaining: int = 0
    gained: int = 0
    contacts_losing: int = 0
    lost: int = 0

    def __bool__(self) -> bool:
        return bool(self.contacts_gaining or self.contacts_losing)


@dataclass(frozen=True)
class VisitorChange:
    label: str
    gained: int
    lost: int


@dataclass(frozen=True)
class Impact:
    records: list[Change]
    pages: Change
    visitors: list[VisitorChange] = field(default_factory=list)
    visitor_pages: list[str] = field(default_factory=list)
    """Titles of the pages that open to everybody on the internet."""
    visitor_pages_lost: int = 0

    def __bool__(self) -> bool:
        return bool(
            self.records or self.pages or self.visitors or self.visitor_pages or self.visitor_pages_lost
        )

    @property
    def exposes_to_visitors(self) -> bool:
        return bool(self.visitor_pages) or any(change.gained or not change.lost for change in self.visitors)


def compare(before: Sight, after: Sight) -> Impact:
    """To be asked while the change is in place."""
    changes = [_record_change(kind, model, before.rights, after.rights) for kind, model in scoped_models()]
    opened = after.visitor_pages - before.visitor_pages
    return Impact(
        records=[change for change in changes if change],
        pages=_page_change(before.rights, after.rights),
        visitors=_visitor_changes(before, after),
        visitor_pages=[
            page.title_in(None) for page in after.rights.configuration.pages.values() if page.pk in opened
        ],
        visitor_pages_lost=len(before.visitor_pages - after.visitor_pages),
    )


# Records


def _record_change(kind: RecordType, model: Any, before: Rights, after: Rights) -> Change:
    if _reading(before, kind) == _reading(after, kind) and before.everybodys == after.everybodys:
        return Change(str(kind.label))
    measure = _owned_change if kind.belongs_to_somebody else _shared_change
    return measure(kind, model, before, after)


def _reading(rights: Rights, kind: RecordType) -> set[tuple[int, str]]:
    return {(permission.role_id, permission.scope) for permission in rights.readings(kind)}


def _owned_change(kind: RecordType, model: Any, before: Rights, after: Rights) -> Change:
    """By what each group's widest scope was, and is."""
    contacts = grouped_contacts(before.readers_of(kind) | after.readers_of(kind))
    moved: dict[tuple[str | None, str | None], list[ContactGroup]] = defaultdict(list)
    for group in groups_among(contacts):
        scopes = _scope(before, kind, group), _scope(after, kind, group)
        if scopes[0] != scopes[1]:
            moved[scopes].append(group)
    wider = {
        scopes: groups for scopes, groups in moved.items() if _rank(kind, scopes[1]) > _rank(kind, scopes[0])
    }
    narrower = {(now, was): groups for (was, now), groups in moved.items() if (was, now) not in wider}
    everything = model.objects.visible_to(after.all_seeing(kind))
    return Change(
        label=str(kind.label),
        contacts_gaining=_people(wider.values()),
        gained=_rows(everything, kind, contacts, wider),
        contacts_losing=_people(narrower.values()),
        lost=_rows(everything, kind, contacts, narrower),
    )


def _scope(rights: Rights, kind: RecordType, group: ContactGroup) -> str | None:
    return granted_scope(_stand_in(rights, group), "read", kind)


def _stand_in(rights: Rights, group: ContactGroup) -> Contact:
    return rights.stand_in(group.held, account_id=None if group.company == NONE else NOBODY)


def _rank(kind: RecordType, scope: str | None) -> int:
    """Scopes are declared from the widest on; none is the narrowest."""
    return -kind.scopes.index(scope) if scope else -len(kind.scopes)


def _people(groups: Iterable[list[ContactGroup]]) -> int:
    return sum(group.count for each in groups for group in each)


def _rows(
    rows: Any, kind: RecordType, contacts: Any, moves: dict[tuple[str | None, str | None], list[ContactGroup]]
) -> int:
    """How many rows lie between the narrower and the wider scope of any of these contacts."""
    between = [
        rows_between(kind, narrow, wide, contacts.filter(any_of(groups)))
        for (narrow, wide), groups in moves.items()
    ]
    return int(rows.filter(Q(*between, _connector=Q.OR)).count()) if between else 0


def _shared_change(kind: RecordType, model: Any, before: Rights, after: Rights) -> Change:
    """Records that belong to nobody: audiences may narrow them, so each group is shown to the gate."""
    groups = groups_among(
        grouped_contacts(before.readers_of(kind) | after.readers_of(kind) | audience_roles(model))
    )
    was, now = _Seen(kind, model, before), _Seen(kind, model, after)
    gained, lost, gaining, losing = set[int](), set[int](), 0, 0
    for group in groups:
        more, less = now.by(group) - was.by(group), was.by(group) - now.by(group)
        gained, lost = gained | more, lost | less
        gaining += group.count if more or (now.permits(group) and not was.permits(group)) else 0
        losing += group.count if less or (was.permits(group) and not now.permits(group)) else 0
    return Change(str(kind.label), gaining, len(gained), losing, len(lost))


class _Seen:
    """What groups see of one type: the gate is asked once for all that hold the same of what matters."""

    def __init__(self, kind: RecordType, model: Any, rights: Rights) -> None:
        self.kind, self.model, self.rights = kind, model, rights
        self.audience = audience_roles(model)
        self.known: dict[Any, frozenset[int]] = {}

    def permits(self, group: ContactGroup) -> bool:
        return _scope(self.rights, self.kind, group) is not None

    def by(self, group: ContactGroup) -> frozenset[int]:
        contact = _stand_in(self.rights, group)
        key = self.permits(group), contact.role_ids & self.audience
        if key not in self.known:
            self.known[key] = _keys(self.model.objects.visible_to(contact))
        return self.known[key]


def _keys(rows: Any) -> frozenset[int]:
    return frozenset(rows.order_by().values_list("pk", flat=True))


# Pages


def _page_change(before: Rights, after: Rights) -> Change:
    """Pages that were there before and still are: whom the rules, and the right to preview, let in."""
    was, now = _doors(before), _doors(after)
    same_people = before.everybodys == after.everybodys
    changed = [pk for pk in was.keys() & now.keys() if was[pk] != now[pk] or not same_people]
    named = frozenset().union(*(roles for pk in changed for door in (was[pk], now[pk]) for roles in door))
    opened, closed, gaining, losing = set[int](), set[int](), 0, 0
    for group in groups_among(grouped_contacts(named)) if changed else []:
        held = [rights.stand_in(group.held).role_ids for rights in (before, after)]
        could = {pk for pk in changed if _lets_in(was[pk], held[0])}
        can = {pk for pk in changed if _lets_in(now[pk], held[1])}
        opened, closed = opened | (can - could), closed | (could - can)
        gaining, losing = (
            gaining + (group.count if can - could else 0),
            losing + (group.count if could - can else 0),
        )
    return Change("pages", gaining, len(opened), losing, len(closed))


Door = tuple[frozenset[int], ...]
"""The rules that count on a page; one role of each is needed."""


def _doors(rights: Rights) -> dict[int, Door]:
    held = rights.configuration
    return {page.pk: held.rules_on(page.path) for page in held.pages.values()}


def _lets_in(door: Door, held: frozenset[int]) -> bool:
    return all(rule & held for rule in door)


# Visitors


def _visitor_changes(before: Sight, after: Sight) -> list[VisitorChange]:
    changes = []
    for kind, _model in scoped_models():
        was, now = (sight.visitor_rows.get(kind.name, frozenset()) for sight in (before, after))
        if was != now or (kind.name in before.visitor_types) != (kind.name in after.visitor_types):
            changes.append(VisitorChange(str(kind.label), len(now - was), len(was - now)))
    return changes
