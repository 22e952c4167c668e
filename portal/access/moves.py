"""Which rows lie between two scopes: those that contacts gain when theirs is widened, and lose when it is
narrowed again."""

from typing import Any

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Value, When

from accounts.scoping import RecordType, Scope
from portal.access.rights import model_of

ALL, NO_ROW = Q(pk__isnull=False), Q(pk__in=[])


def rows_between(kind: RecordType, narrow: str | None, wide: str | None, contacts: "QuerySet[Any]") -> Q:
    """Rows that at least one of the contacts reads in the wide scope and not in the narrow one."""
    if wide == Scope.GLOBAL:
        return _beyond(kind, narrow, contacts)
    if wide == Scope.ACCOUNT and narrow == Scope.CONTACT:
        return _of_colleagues(kind, contacts)
    return _within(kind, wide, contacts)


def _within(kind: RecordType, scope: str | None, contacts: "QuerySet[Any]") -> Q:
    """Rows in the scope of any of the contacts."""
    if scope == Scope.ACCOUNT:
        return Q((f"{kind.account}__in", contacts.order_by().exclude(account=None).values("account")))
    if scope == Scope.CONTACT:
        own = _own(kind, contacts)
        return own | Q(pk__in=_joinings(kind, contacts).values("record")) if kind.joined else own
    return NO_ROW


def _own(kind: RecordType, contacts: "QuerySet[Any]") -> Q:
    return Q((f"{kind.contact}__in", contacts.order_by().values("pk"))) & _stays_with_the_account(kind)


def _stays_with_the_account(kind: RecordType) -> Q:
    """A contact's own records are within its account."""
    if not kind.account or kind.contact == "id":
        return ALL
    return _is_same(kind.account, f"{kind.contact}__account")


def _is_same(field: str, other: str) -> Q:
    return Q((field, F(other))) | Q((field, None), (other, None))


def _beyond(kind: RecordType, narrow: str | None, contacts: "QuerySet[Any]") -> Q:
    """Of all rows, those that one of the contacts did not read: as soon as two read different ones, every
    row."""
    if narrow is None:
        return ALL
    different = contacts.order_by().values("account" if narrow == Scope.ACCOUNT else "pk").distinct()[:2]
    if len(different) < 2:
        return ~_within(kind, narrow, contacts)
    if narrow == Scope.ACCOUNT or not kind.joined:
        return ALL
    return ~Q(pk__in=_joint_readers(kind, contacts).filter(readers=contacts.count()).values("record"))


def _of_colleagues(kind: RecordType, contacts: "QuerySet[Any]") -> Q:
    """Rows of the account that are not one's own: two contacts of an account gain each other's, so all of
    them.

    Accounts are few beside contacts and records: they are looked up first.
    """
    within = (
        contacts.order_by()
        .exclude(account=None)
        .values("account")
        .annotate(people=Count("pk"), lone=Min("pk"))
    )
    accounts = list(within.values_list("account", "people", "lone"))
    crowded = [account for account, people, _lone in accounts if people > 1]
    lone = {lone: account for account, people, lone in accounts if people == 1}
    of_others = Q((f"{kind.account}__in", list(lone.values()))) & ~Q((f"{kind.contact}__in", list(lone)))
    people_of = {account: people for account, people, _lone in accounts}
    return (Q((f"{kind.account}__in", crowded)) | of_others) & ~_known_to_all(kind, contacts, people_of)


def _known_to_all(kind: RecordType, contacts: "QuerySet[Any]", people_of: dict[int, int]) -> Q:
    """Rows that all of these contacts of the account read already, because they are theirs or they joined:
    nobody gains them."""
    if not kind.joined:
        return NO_ROW
    found = _joint_readers(kind, contacts).values_list("record", "account", "readers")
    return Q(pk__in=[record for record, account, readers in found if readers == people_of.get(account)])


def _joint_readers(kind: RecordType, contacts: "QuerySet[Any]") -> "QuerySet[Any]":
    """How many of the contacts read each row that some of them have joined: these, and its own contact if
    that is among them."""
    own = model_of(kind)._default_manager.filter(_own(kind, contacts)).order_by().values("pk")
    owner = Max(Case(When(Q(record__in=own), then=Value(1)), default=Value(0)))
    rows: QuerySet[Any] = (
        _joinings(kind, contacts).values("record", "account").annotate(readers=Count("pk") + owner)
    )
    return rows


def _joinings(kind: RecordType, contacts: "QuerySet[Any]") -> "QuerySet[Any]":
    """What lets the contacts into single rows, as ``record`` and its ``account``: within their account, and
    beside what is theirs."""
    relation: Any = model_of(kind)._meta.get_field(str(kind.joined))
    record = relation.field.name
    rows: QuerySet[Any] = relation.related_model._default_manager.filter(
        contact__in=contacts.order_by().values("pk")
    )
    within = rows.filter(_is_same(f"{record}__{kind.account}", "contact__account"))
    others: QuerySet[Any] = within.exclude((f"{record}__{kind.contact}", F("contact"))).order_by()
    moved: QuerySet[Any] = others.annotate(record=F(record), account=F(f"{record}__{kind.account}"))
    return moved
