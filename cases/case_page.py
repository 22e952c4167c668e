"""The page of one case: what was promised, how it stands, and what its reader may do, beside the
conversation."""

from datetime import datetime
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.scoping import Permitted, can
from cases.actions.messages import is_settled
from cases.deeds import offered_deeds
from cases.display.events import EVENTS
from cases.display.promise_line import promise_line
from cases.models import Case, CaseQuerySet, Entitlement, StatusCategory
from cases.offers import may_open_case
from records.detail import Detail

FIRST_DEEDS = ("resolve", "reopen")
"""What a phone offers right under the title."""
RATINGS = ("1", "2", "3", "4", "5")


def load(rows: CaseQuerySet, reader: Permitted) -> CaseQuerySet:
    return rows.for_page(reader)


def moved_to(case: Case, reader: Contact) -> Case | None:
    if case.merged_into_id is None:
        return None
    return Case.objects.visible_to(reader).for_page(reader).filter(pk=case.merged_into_id).first()


def facts(request: PortalRequest, case: Case, *, can_reply: bool) -> dict[str, Any]:
    contact, now = cast("Contact", request.contact), timezone.now()
    is_own = contact.pk == case.contact_id
    return {
        "case": case,
        "is_settled": is_settled(case),
        "promise": promise_line(case, now, is_own=is_own),
        "entitlement": _entitlement(case, contact),
        "ratings": _ratings() if is_own and _waits_for_a_rating(case) else (),
        "can_open": may_open_case(request),
        **_deeds(case, contact, now),
    }


def _deeds(case: Case, contact: Contact, now: datetime) -> dict[str, Any]:
    deeds = offered_deeds(case, contact, now)
    return {"deeds": deeds, "first_deeds": [deed for deed in deeds if deed["name"] in FIRST_DEEDS]}


def _entitlement(case: Case, contact: Contact) -> Entitlement | None:
    return case.entitlement if case.entitlement and can(contact, "read", case.entitlement) else None


def _ratings() -> list[tuple[str, str]]:
    """Each with its label."""
    return [(rating, gettext("%(rating)s out of 5") % {"rating": rating}) for rating in RATINGS]


def _waits_for_a_rating(case: Case) -> bool:
    return case.category == StatusCategory.RESOLVED and not case.rating


DETAIL = Detail(
    load=load,
    facts=facts,
    template="cases/case_detail.html",
    events=EVENTS,
    moved_to=moved_to,
    moved_words=_("Case %(number)s was merged into this one."),
)
