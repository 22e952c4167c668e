"""Django's list of cases, of which popups remain: the desk has taken its place, and its addresses lead
there."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import Account
from cases.admin.desk.filters import ME, MINE, NO_ACCOUNT, NOBODY, DeskFilter
from cases.models import Case

MOST_COUNTED = 2_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than MOST_COUNTED: whoever looks for a case beyond searches or filters."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Case]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


def _same(value: str) -> str:
    return value


def _day(value: str, before: timedelta = timedelta()) -> str:
    """Of a moment."""
    try:
        moment = datetime.fromisoformat(value)
        return timezone.localtime(moment - before).date().isoformat()
    except (ValueError, OverflowError):
        return ""


def _numbered(key: str) -> str:
    is_key = key.isascii() and key.isdigit() and len(key) < 19
    found = Account.objects.filter(pk=int(key)).values_list("number", flat=True) if is_key else []
    return next(iter(found), "")


FILTERS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "q": ("q", _same),
    "state": ("state", _same),
    "whose": ("agent", lambda value: {"mine": ME, "nobody": NOBODY}.get(value, value)),
    "queue__id__exact": ("queue", _same),
    "queue__isnull": ("queue", lambda _value: NOBODY),
    "priority__exact": ("priority", _same),
    "priority": ("priority", _same),
    "status__slug__exact": ("status", _same),
    "request_type__id__exact": ("type", _same),
    "product__id__exact": ("product", _same),
    "product__isnull": ("product", lambda _value: NOBODY),
    "account__id__exact": ("account", _numbered),
    "account__isnull": ("account", lambda _value: NO_ACCOUNT),
    "created_at__gte": ("since", _day),
    "created_at__lt": ("until", lambda value: _day(value, timedelta(microseconds=1))),
}
"""Parameter of the list that was → the desk's, and its value there."""


def as_filter(query: Mapping[str, str]) -> DeskFilter:
    """What an address of the list that was asked for."""
    chosen = {name: read(query[old]) for old, (name, read) in FILTERS.items() if old in query}
    if query.get("whose") == "queues":
        chosen |= {"agent": "", "queue": MINE}
    return DeskFilter.of(chosen)
