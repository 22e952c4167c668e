"""What agents see on the page of one case: the conversation with all events and notes, and what stands beside
it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Activity, User
from cases.actions import colleagues_writing
from cases.admin.base import CaseModelAdmin, agent_of
from cases.display.due_marks import Mark, clock_marks
from cases.display.events import EVENTS
from cases.display.saved_replies import fill, saved_replies_of
from cases.forms.minutes import written
from cases.models import (
    Case,
    CaseMessage,
    CaseParticipant,
    Entitlement,
    SavedReply,
    StatusCategory,
    TimeEntry,
)
from lib.admin_parts import AdminPart
from lib.search import alike
from records.display.conversation import Addresses, Entry, conversation

LATEST_MESSAGES, OPEN_MESSAGES = 50, 5
"""How many are loaded, and how many of these are not folded: the composer is to be near."""
PAST_PROMISES = 6
SIMILAR_CASES, SIMILAR_CANDIDATES = 5, 200


@dataclass(frozen=True)
class Conversation:
    folded: list[Entry]
    entries: list[Entry]
    has_earlier: bool
    """Whether there are messages that are not loaded."""
    is_whole: bool = False

    @property
    def folded_words(self) -> str:
        count = sum(entry.is_message for entry in self.folded)
        return ngettext("Show %(count)d earlier message", "Show %(count)d earlier messages", count) % {
            "count": count
        }


@dataclass(frozen=True)
class Promises:
    running: list[Mark]
    """The next one first."""
    past: list[Mark]


def beside(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> dict[str, Any]:
    """What stands around the form of the administration."""
    return {
        "title": str(case),
        "subtitle": None,
        "conversation": conversation_of(case, whole="all" in request.GET),
        "closed_hint": closed_hint(case),
        "may_write": model_admin.has_change_permission(request, case),
        **facts_beside(case, agent_of(request)),
    }


def conversation_of(case: Case, *, whole: bool) -> Conversation:
    """The latest messages, or all, with what happened since the first of them."""
    messages = list(_latest(case, None if whole else LATEST_MESSAGES + 1))
    has_earlier = not whole and len(messages) > LATEST_MESSAGES
    shown = messages[:LATEST_MESSAGES] if has_earlier else messages
    activities = Activity.objects.filter(record_type="case", record_id=str(case.pk), verb__in=list(EVENTS))
    if has_earlier:
        activities = activities.filter(at__gte=shown[-1].created_at)
    addresses = Addresses(file=lambda pk: reverse("admin:cases_case_attachment", args=[pk]))
    entries = conversation(shown, activities, events=EVENTS, reader=None, addresses=addresses)
    folded, latest = _folded(entries)
    return Conversation(folded, latest, has_earlier, is_whole=whole)


def _folded(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Before the latest messages, and from the first of them on."""
    places = [place for place, entry in enumerate(entries) if entry.is_message]
    cut = places[-OPEN_MESSAGES] if len(places) > OPEN_MESSAGES else 0
    return entries[:cut], entries[cut:]


def _latest(case: Case, limit: int | None) -> QuerySet[CaseMessage]:
    return CaseMessage.objects.filter(case=case).for_conversation().order_by("-created_at", "-pk")[:limit]


def facts_beside(case: Case, agent: User, now: datetime | None = None) -> dict[str, Any]:
    """In a fixed number of queries, whatever has happened in the case."""
    now = now or timezone.now()
    entitlement = Entitlement.objects.with_consumption().filter(cases=case).first()
    return {
        "promises": _promises(case, now),
        "entitlement": entitlement,
        "entitlement_left": left_of(entitlement) if entitlement else "",
        "participants": CaseParticipant.objects.filter(case=case).select_related("contact"),
        "time_entries": time_entries(case),
        "similar": similar_cases(case),
        "writing": ", ".join(colleagues_writing(case, agent, now)),
        "saved_replies": saved_texts(case, agent),
    }


def time_entries(case: Case) -> list[dict[str, Any]]:
    """The latest, each with its length in words."""
    entries = TimeEntry.objects.filter(case=case).select_related("agent")[:20]
    return [{"entry": entry, "length": written(entry.minutes)} for entry in entries]


def _promises(case: Case, now: datetime) -> Promises:
    is_running = Q(met_at=None, dropped_at=None)
    running = list(case.clocks.filter(is_running).order_by("due_at", "pk"))
    past = list(case.clocks.exclude(is_running).order_by("-started_at", "-pk")[:PAST_PROMISES])
    return Promises(clock_marks(case, running, now), clock_marks(case, past, now))


def left_of(entitlement: Entitlement) -> str:
    """ "5 of 30 cases left"."""
    numbers = {
        "left": floatformat(entitlement.remaining, "-2g"),
        "amount": floatformat(entitlement.amount, "-2g"),
    }
    if entitlement.unit == Entitlement.Unit.HOURS:
        return _("%(left)s of %(amount)s hours left") % numbers
    return _("%(left)s of %(amount)s cases left") % numbers


def closed_hint(case: Case) -> str:
    """What becomes of an answer to a case that is over."""
    if case.category == StatusCategory.RESOLVED:
        return _(
            "This case is resolved. Your reply is sent to the customer, and the case stays resolved unless "
            "you choose another status."
        )
    if case.category == StatusCategory.CANCELLED:
        return _(
            "This case is cancelled. Your reply is sent to the customer, who cannot reply unless you "
            "choose a status that reopens the case."
        )
    return ""


def similar_cases(case: Case) -> list[Case]:
    """Of the same type and product, those whose subject has words of this one's."""
    same = Case.objects.filter(
        request_type=case.request_type_id, product=case.product_id, merged_into=None
    ).exclude(pk=case.pk)
    found = alike(same.order_by("-updated_at", "-pk"), "subject", case.subject, among=SIMILAR_CANDIDATES)
    return list(found.select_related("status").only("number", "subject", "status__label")[:SIMILAR_CASES])


def saved_texts(case: Case, agent: User) -> list[tuple[SavedReply, str]]:
    return [(reply, fill(reply.body, case=case, agent=agent)) for reply in saved_replies_of(agent)]


AGENT_PAGE = AdminPart(beside=beside)
