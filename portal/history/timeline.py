"""What activities say to customers. The shell knows all features, so their sentences meet here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import Activity, Contact

SENTENCES = {
    "case.opened": _("opened the case"),
    "case.replied": _("replied to"),
    "case.status_changed": _("changed the status of"),
    "invoice.issued": _("issued invoice"),
    "invoice.paid": _("recorded the payment of invoice"),
    "invoice.payment_received": _("recorded a partial payment of invoice"),
    "invoice.voided": _("voided invoice"),
    "case.handed_over": _("transferred"),
    "contact.created": _("added"),
    "contact.updated": _("changed the details of"),
    "contact.roles_changed": _("changed the roles of"),
    "contact.address_changed": _("changed the address of"),
    "contact.joined": _("approved"),
    "contact.invited": _("invited"),
    "contact.deactivated": _("deactivated"),
    "contact.reactivated": _("reactivated"),
}
"""Verb → words between the actor's name and the record's. Verbs that are not here are not told."""

ICONS = {"case": "life-preserver", "invoice": "receipt", "contact": "people"}


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
    activities = (
        Activity.objects.visible_to(contact).filter(verb__in=SENTENCES).exclude(record_type__in=closed)
    )
    if contact and contact.account_id:
        activities = activities.filter(account=contact.account_id)
    return [_event(activity) for activity in activities[:limit]]


def _event(activity: Activity) -> Event:
    return Event(
        actor=activity.actor_name or str(_("We")),
        sentence=str(SENTENCES[activity.verb]),
        label=activity.label,
        url=activity.url,
        icon=ICONS.get(activity.record_type, "activity"),
        time=activity.at,
    )
