"""What agents see on the page of one case: the conversation with all events and notes, and what stands beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, User
from cases.actions import colleagues_writing
from cases.conversation import SENTENCES, Addresses, Entry, conversation
from cases.due import Mark, clock_marks
from cases.models import Case, CaseMessage, CaseParticipant, Entitlement, SavedReply, TimeEntry
from cases.replies import fill, saved_replies_of
from portal.lib.search import alike

LATEST_MESSAGES = 50
SIMILAR_CASES, SIMILAR_CANDIDATES = 5, 200
EVENTS = ("case.status_changed", "case.assigned", "case.priority_changed", *SENTENCES)


@dataclass(frozen=True)
class Conversation:
    entries: list[Entry]
    has_earlier: bool


def conversation_of(case: Case, *, whole: bool) -> Conversation:
    """The latest messages, or all, with what happened since the first of them."""
    messages = list(_latest(case, None if whole else LATEST_MESSAGES + 1))
    has_earlier = not whole and len(messages) > LATEST_MESSAGES
    shown = messages[:LATEST_MESSAGES] if has_earlier else messages
    events = Activity.objects.filter(record_type="case", record_id=str(case.pk), verb__in=EVENTS)
    if has_earlier:
        events = events.filter(at__gte=shown[-1].created_at)
    addresses = Addresses(file=lambda pk: reverse("admin:cases_case_attachment", args=[pk]))
    return Conversation(conversation(shown, events, reader=None, addresses=addresses), has_earlier)


def _latest(case: Case, limit: int | None) -> QuerySet[CaseMessage]:
    return CaseMessage.objects.filter(case=case).for_conversation().order_by("-created_at", "-pk")[:limit]


def beside(case: Case, agent: User, now: datetime | None = None) -> dict[str, Any]:
    """In a fixed number of queries, whatever has happened in the case."""
    now = now or timezone.now()
    return {
        "clocks": _clocks(case, now),
        "entitlement": Entitlement.objects.with_consumption().filter(cases=case).first(),
        "participants": CaseParticipant.objects.filter(case=case).select_related("contact"),
        "time_entries": TimeEntry.objects.filter(case=case).select_related("agent")[:20],
        "similar": similar_cases(case),
        "writing": ", ".join(colleagues_writing(case, agent, now)),
        "saved_replies": saved_texts(case, agent),
    }


def _clocks(case: Case, now: datetime) -> list[Mark]:
    return clock_marks(case, list(case.clocks.order_by("-started_at", "-pk")[:6]), now)


def similar_cases(case: Case) -> list[Case]:
    """Of the same type and product, those whose subject has words of this one's."""
    same = Case.objects.filter(request_type=case.request_type_id, product=case.product_id, merged_into=None).exclude(pk=case.pk)
    found = alike(same.order_by("-updated_at", "-pk"), "subject", case.subject, among=SIMILAR_CANDIDATES)
    return list(found.select_related("status").only("number", "subject", "status__label")[:SIMILAR_CASES])


def saved_texts(case: Case, agent: User) -> list[tuple[SavedReply, str]]:
    return [(reply, fill(reply.body, case=case, agent=agent)) for reply in saved_replies_of(agent)]
