"""What is said about a record, as its page shows it: one page of messages, and the events from the time that
they span."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Activity, Contact
from accounts.permissions.compiled import rows_for
from accounts.scoping import Permitted
from lib.paging import Cut, KeysetPage
from records.detail import Detail
from records.display.conversation import Addresses, Entry, conversation
from records.models import Message
from records.models.message import file_url
from records.surfaces import Surface
from records.talk import Talk

MESSAGES_A_PAGE = 20


def page_of_messages(talk: Talk[Any], record: Any, reader: Contact, query: QueryDict) -> KeysetPage[Message]:
    """Of a record that came through its gate; notes stay out."""
    cut = Cut.of(query, talk.messages, by="created_at", size=MESSAGES_A_PAGE)

    def rows(contact: Permitted, record_pk: int, **cursor: Any) -> QuerySet[Message]:
        said = talk.visible_to(contact).filter(**{talk.parent: record_pk})
        return cut.narrow(said.for_conversation(), **cursor)

    shape = ("conversation", talk.type_name, cut.direction)
    return cut.page(rows_for(reader, shape, rows, record_pk=record.pk, **cut.values))


def entries_of(
    surface: Surface[Any], talk: Talk[Any], record: Any, reader: Contact, page: KeysetPage[Message]
) -> list[Entry]:
    described = surface.detail or Detail()
    number = getattr(record, surface.key)
    addresses = Addresses(
        file=lambda pk: file_url(surface.name, pk),
        edit=lambda pk: surface.url("reply_edit", number, pk),
    )
    return conversation(
        page.rows,
        _events(talk, described, record, reader, page),
        events=described.events,
        reader=reader,
        addresses=addresses,
        editable_for=None if page.newer_url else talk.editable_for(record),
        now=timezone.now(),
        read_until=record.read_at,
    )


def _events(
    talk: Talk[Any], described: Detail[Any], record: Any, reader: Contact, page: KeysetPage[Message]
) -> list[Activity]:
    """From the page's first message on, unless it is the first of all, until the one after its last."""
    since: dict[str, Any] = {"since": page.rows[-1].created_at} if page.older_url and page.rows else {}
    has_later = page.newer_url and page.rows
    latest: dict[str, Any] = {"latest": page.rows[0].created_at, "record_pk": record.pk} if has_later else {}

    def rows(contact: Permitted, record: str, **between: Any) -> QuerySet[Activity]:
        told = Activity.objects.filter(
            record_type=talk.type_name,
            record_id=record,
            verb__in=described.told_to_customers,
            is_internal=False,
        )
        return _between(told, talk, contact, **between)

    shape = ("events", talk.type_name, *since, *latest)
    return rows_for(reader, shape, rows, record=str(record.pk), **since, **latest)


def _between(
    events: QuerySet[Activity],
    talk: Talk[Any],
    contact: Permitted,
    *,
    since: datetime | None = None,
    latest: datetime | None = None,
    record_pk: int | None = None,
) -> QuerySet[Activity]:
    events = events.filter(at__gte=since) if since else events
    if latest is None:
        return events
    later = talk.visible_to(contact).filter(**{talk.parent: record_pk}, created_at__gt=latest)
    return events.filter(at__lt=later.order_by("created_at").values("created_at")[:1])
