"""What the shell knows of cases."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.scoping import Permitted, can
from cases.actions import count_open_cases, hand_over_cases
from cases.actions.messages import TALK
from cases.case_page import DETAIL
from cases.listing import CASE_LIST
from cases.models import Case, CaseQuerySet, Entitlement, StatusCategory
from cases.offers import may_open_case
from cases.personal_data import own_cases, own_messages
from cases.sample import sample_case, sample_entitlement
from cases.texts import TEXTS
from records.surfaces import (
    Badge,
    Block,
    BuiltinPage,
    Download,
    Event,
    Handover,
    Helps,
    Line,
    Search,
    Surface,
    declare,
)
from records.waiting import Waiting, as_waiting

ON_HOME = 5
BY_CASE = gettext_lazy("Case %(case)s")


def line(case: Case, reader: Contact | None) -> Line:
    status = case.status_for(reader) if reader else case.status_for_customer
    return Line(
        title=case.subject,
        url=case.get_absolute_url(),
        facts=(case.number, status),
        badges=(Badge(case.badge, status),),
        at=case.updated_at,
    )


def find(rows: CaseQuerySet, words: str) -> CaseQuerySet:
    return rows.select_related("status", "contact").matching(words)


def suggest(rows: CaseQuerySet, words: str, contact: Contact | None) -> CaseQuerySet:
    """Open ones of the reader's company: one of them may be about the same."""
    own = rows.filter(account=contact.account_id if contact else None)
    return own.select_related("status", "contact").alike(words)


def follow_instead(case: Case, contact: Contact | None) -> str:
    is_own = contact is not None and case.contact_id == contact.pk
    return "" if is_own else reverse("cases:follow", args=[case.number])


def waiting(contact: Permitted, today: date) -> models.QuerySet[Any]:
    rows = Case.objects.visible_to(contact).waiting_for_customer().order_by("-updated_at", "-pk")
    others = models.Case(
        models.When(contact=contact.pk, then=models.Value("")), default=models.F("contact__first_name")
    )
    return as_waiting(
        rows,
        key="number",
        title="subject",
        label="status__customer_label",
        who=others,
        since="waiting_since",
    )


def waiting_badge(row: Waiting) -> Badge:
    """As Case.status_for says it."""
    words = _("Waiting for %(name)s") % {"name": row.who} if row.who else row.label
    return Badge(StatusCategory.WAITING, words)


def home(request: PortalRequest, contact: Contact, waiting: Collection[str]) -> Block | None:
    """Open cases that do not wait for customers; nothing where there are only such as do."""
    if not can(contact, "read", Case):
        return None
    rows = Case.objects.visible_to(contact).active().not_waiting_for_customer()
    cases = list(rows.for_list().order_by("-updated_at", "-pk")[:ON_HOME])
    if not cases and Case.record_type.name in waiting:
        return None
    context = {
        "cases": [(case, case.status_for(contact)) for case in cases],
        "shows_contacts": contact.sees_colleagues(Case.record_type),
        "can_open_case": may_open_case(request),
    }
    return Block(template="cases/_home.html", context=context)


def left(count: int) -> str:
    words = ngettext("They have one open case.", "They have %(count)s open cases.", count)
    return words % {"count": count}


CASES = declare(
    Surface(
        model=Case,
        icon="life-preserver",
        namespace="cases",
        pages=(
            BuiltinPage("/cases/", "Cases", menus=("primary",)),
            BuiltinPage("/cases/new/", "Open a case"),
        ),
        line=line,
        listing=CASE_LIST,
        talk=TALK,
        detail=DETAIL,
        follows=True,
        search=Search(
            find=find,
            suggest=suggest,
            instead=follow_instead,
            suggested_heading=gettext_lazy("Open cases"),
            place=20,
        ),
        home=home,
        helps=Helps("new", gettext_lazy("Open a case")),
        waiting=waiting,
        waiting_badge=waiting_badge,
        events={
            "case.opened": Event(words=gettext_lazy("opened the case")),
            "case.replied": Event(words=gettext_lazy("replied to")),
            "case.status_changed": Event(words=gettext_lazy("changed the status of")),
            "case.handed_over": Event(words=gettext_lazy("transferred")),
        },
        downloads={
            "case.file_downloaded": Download(words=gettext_lazy("Case file downloaded"), facts=(BY_CASE,)),
            "case.pictures_viewed": Download(words=gettext_lazy("Case pictures viewed"), facts=(BY_CASE,)),
            "case.exported": Download(
                words=gettext_lazy("Case list downloaded"), facts=(gettext_lazy("Cases: %(count)s"),)
            ),
            "case.insight_exported": Download(words=gettext_lazy("Case figures downloaded")),
        },
        handover=Handover(
            verb="contact.cases_handed_over",
            given=gettext_lazy("Cases transferred"),
            count=count_open_cases,
            give=hand_over_cases,
            left=left,
        ),
        personal={"cases": own_cases, "case_messages": own_messages},
        sample=sample_case,
        texts=TEXTS,
        demo="cases.demo.load",
    )
)


def entitlement_line(entitlement: Entitlement, reader: Contact | None) -> Line:
    url = reverse("cases:entitlement", args=[entitlement.pk])
    return Line(title=entitlement.name, url=url)


ENTITLEMENTS = declare(
    Surface(
        model=Entitlement,
        icon="file-earmark-text",
        namespace="cases",
        line=entitlement_line,
        key="pk",
        list_name="entitlements",
        downloads={
            "entitlement.exported": Download(
                words=gettext_lazy("Support contract statement downloaded"), facts=("%(contract)s",)
            )
        },
        sample=sample_entitlement,
    )
)
