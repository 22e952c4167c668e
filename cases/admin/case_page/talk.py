"""The conversation of a case as agents read it: every message, every note, and what else happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import Activity
from cases.display.events import EVENTS
from cases.models import Case, CaseMessage
from lib.compiled import rows
from records.display.conversation import Addresses, conversation
from records.display.conversation_rows import conversation_rows

LATEST_MESSAGES = 50


@dataclass(frozen=True)
class Conversation:
    rows: SafeString
    has_earlier: bool
    """Whether there are messages that are not loaded."""


def conversation_of(case: Case, *, whole: bool, can_quote: bool) -> Conversation:
    """The latest messages, or all, with what happened since the first of them."""
    messages = rows(f"talk on the desk {whole}", _all if whole else _latest, case=case.pk)
    has_earlier = not whole and len(messages) > LATEST_MESSAGES
    shown = messages[:LATEST_MESSAGES] if has_earlier else messages
    addresses = Addresses(file=lambda pk: reverse("admin:cases_case_attachment", args=[pk]))
    told = _told(case, shown[-1].created_at if has_earlier else None)
    entries = conversation(shown, told, events=EVENTS, reader=None, addresses=addresses)
    return Conversation(conversation_rows(entries, can_quote=can_quote, new_since=""), has_earlier)


def _all(case: int) -> QuerySet[CaseMessage]:
    return CaseMessage.objects.filter(case=case).for_conversation().order_by("-created_at", "-pk")


def _latest(case: int) -> QuerySet[CaseMessage]:
    return _all(case)[: LATEST_MESSAGES + 1]


def _told(case: Case, since: datetime | None) -> list[Activity]:
    values: dict[str, Any] = {"since": since} if since else {}
    return rows(f"events on the desk {bool(since)}", _events, record=str(case.pk), **values)


def _events(record: str, **since: datetime) -> QuerySet[Activity]:
    told = Activity.objects.filter(record_type="case", record_id=record, verb__in=list(EVENTS))
    later: dict[str, Any] = {"at__gte": since["since"]} if since else {}
    return told.filter(**later)
