"""Which rows lie between two scopes: those that contacts gain when theirs is widened, and lose when it is narrowed again."""

from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet

from accounts.scoping import RecordType, Scope

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
        return Q((f"{kind.contact}__in", contacts.order_by().values("pk"))) & _stays_with_the_account(kind)
    return NO_ROW


def _stays_with_the_account(kind: RecordType) -> Q:
    """A contact's own records are within its account."""
    if not kind.account or kind.contact == "id":
        return ALL
    of_contact = f"{kind.contact}__account"
    return Q((kind.account, F(of_contact))) | Q((kind.account, None), (of_contact, None))


def _beyond(kind: RecordType, narrow: str | None, contacts: "QuerySet[Any]") -> Q:
    """Of all rows, those that one of the contacts did not read: as soon as two read different ones, every row."""
    if narrow is None:
        return ALL
    different = contacts.order_by().values("account" if narrow == Scope.ACCOUNT else "pk").distinct()[:2]
    return ALL if len(different) > 1 else ~_within(kind, narrow, contacts)


def _of_colleagues(kind: RecordType, contacts: "QuerySet[Any]") -> Q:
    """Rows of the account that are not one's own: two contacts of an account gain each other's, so all of them.

    Accounts are few beside contacts and records: they are looked up first.
    """
    within = contacts.order_by().exclude(account=None).values("account").annotate(people=Count("pk"), lone=Min("pk"))
    accounts = list(within.values_list("account", "people", "lone"))
    crowded = [account for account, people, _lone in accounts if people > 1]
    lone = {lone: account for account, people, lone in accounts if people == 1}
    of_others = Q((f"{kind.account}__in", list(lone.values()))) & ~Q((f"{kind.contact}__in", list(lone)))
    return Q((f"{kind.account}__in", crowded)) | of_others
