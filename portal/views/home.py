from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Contact
from lib.money import format_money
from portal.history.timeline import recent_events
from portal.models import Announcement
from portal.site.http import SiteRequest
from records.offers import help_offered
from records.surfaces import Badge, Block, surface_named, surfaces
from records.waiting import Waiting, waiting_for

ROWS = 10
EVENTS = 6
ANNOUNCEMENTS = 5


@dataclass(frozen=True)
class WaitingRow:
    """``facts``: short texts about the record; ``amount``: what is to be paid, in words."""

    icon: str
    title: str
    url: str
    facts: list[str]
    badge: Badge | None
    since: datetime | None
    amount: str


@require_safe
def home(request: SiteRequest) -> HttpResponse:
    """What waits for me, what each feature has for its readers, announcements, what happened lately."""
    contact = request.contact
    if contact is None:
        return render(request, "portal/home_without_contact.html")
    waiting = _waiting(request, contact)
    context = {
        "announcements": list(Announcement.objects.visible_to(contact)[:ANNOUNCEMENTS]),
        "events": recent_events(contact, EVENTS, closed=_closed_types(request)),
        "help": help_offered(request),
        "waiting": [_row(row) for row in waiting[:ROWS]],
        "waiting_heading": _("Waiting for us") if any(row.who for row in waiting) else _("Waiting for you"),
        "blocks": list(_blocks(request, contact, {row.type for row in waiting})),
    }
    return render(request, "portal/home.html", context)


def _closed_types(request: SiteRequest) -> list[str]:
    return [surface.name for surface in surfaces() if surface.events and not surface.opens_to(request)]


def _waiting(request: SiteRequest, contact: Contact) -> list[Waiting]:
    asked = {
        surface.name: surface.waiting
        for surface in surfaces()
        if surface.waiting and surface.opens_to(request)
    }
    return waiting_for(contact, asked)


def _row(row: Waiting) -> WaitingRow:
    surface = surface_named(row.type)
    assert surface is not None  # noqa: S101 -- it asked for the row
    due = _("Due %(day)s") % {"day": date_format(row.due)} if row.due else ""
    return WaitingRow(
        icon=surface.icon,
        title=row.title,
        url=surface.url("detail", row.key),
        facts=[row.key if row.key != row.title else capfirst(str(surface.model._meta.verbose_name)), due],
        badge=surface.waiting_badge(row) if surface.waiting_badge else None,
        since=row.since,
        amount=format_money(row.amount, row.currency) if row.amount is not None else "",
    )


def _blocks(request: SiteRequest, contact: Contact, waiting: set[str]) -> Iterator[Block]:
    for surface in surfaces():
        if surface.home and surface.opens_to(request) and (block := surface.home(request, contact, waiting)):
            yield block
