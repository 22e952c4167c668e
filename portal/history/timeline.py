"""What activities say to customers: each feature declares the sentences of its records."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Activity, Contact
from records.surfaces import surface_named, surfaces


@dataclass(frozen=True)
class Event:
    actor: str
    sentence: str
    label: str
    url: str
    icon: str
    time: datetime


def recent_events(contact: Contact | None, limit: int, *, closed: Collection[str] = ()) -> list[Event]:
    """The latest of what happened to records that the contact may read, newest first; without those of closed
    types."""
    told = [verb for surface in surfaces() for verb in surface.events]
    activities = Activity.objects.visible_to(contact).filter(verb__in=told).exclude(record_type__in=closed)
    if contact and contact.account_id:
        activities = activities.filter(account=contact.account_id)
    return [_event(activity) for activity in activities[:limit]]


def _event(activity: Activity) -> Event:
    surface = surface_named(activity.record_type)
    said = surface.events.get(activity.verb) if surface else None
    return Event(
        actor=activity.actor_name or _("We"),
        sentence=str(said.words) if said else "",
        label=activity.label,
        url=activity.url,
        icon=surface.icon if surface else "activity",
        time=activity.at,
    )
