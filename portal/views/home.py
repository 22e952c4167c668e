from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Contact
from accounts.offers import may_go_to, may_open_case
from accounts.scoping import can, record_types
from cases.models import Case
from invoices.models import Invoice
from portal.history.timeline import recent_events
from portal.models import Announcement
from portal.site.http import SiteRequest

ROWS = 5
ANNOUNCEMENTS = 5


@require_safe
def home(request: SiteRequest) -> HttpResponse:
    """What waits for me, my open cases, latest invoices, announcements, what happened lately."""
    contact = request.contact
    if contact is None:
        return render(request, "portal/home_without_contact.html")
    context = {
        "announcements": list(Announcement.objects.visible_to(contact)[:ANNOUNCEMENTS]),
        "events": recent_events(contact, ROWS + 1, closed=_closed_types(request, contact)),
        "can_open_case": may_open_case(request),
        **_cases(request, contact),
        **_invoices(request, contact),
    }
    return render(request, "portal/home.html", context)


def _closed_types(request: SiteRequest, contact: Contact) -> list[str]:
    return [kind.name for kind in record_types() if request.configuration.closes(kind.name, contact)]


def _cases(request: SiteRequest, contact: Contact) -> dict[str, Any]:
    """Open cases, those that wait for the customer first."""
    if not may_go_to(request, reverse("cases:list")):
        return {"shows_cases": False}
    cases = Case.objects.visible_to(contact).for_list().waiting_first(ROWS)
    waiting = [case for case in cases if case.is_waiting]
    return {
        "shows_cases": can(contact, "read", Case),
        "shows_contacts": contact.sees_colleagues(Case.record_type),
        "only_waiting_cases": bool(cases) and len(waiting) == len(cases),
        "waiting_cases": [(case, case.status_for(contact)) for case in waiting],
        "open_cases": [(case, case.status_for(contact)) for case in cases if not case.is_waiting][:ROWS],
        "waiting_words": _("Waiting for us")
        if contact.sees_colleagues(Case.record_type)
        else _("Waiting for you"),
    }


def _invoices(request: SiteRequest, contact: Contact) -> dict[str, Any]:
    if not (can(contact, "read", Invoice) and may_go_to(request, reverse("invoices:list"))):
        return {"shows_invoices": False}
    invoices = Invoice.objects.visible_to(contact)
    return {
        "shows_invoices": True,
        "overdue_invoices": list(invoices.overdue().order_by("due_on")[:ROWS]),
        "invoices": list(invoices[:ROWS]),
    }
