"""The ways into the reports from the administration of records, for those who may read them."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Contact
from portal.access.subjects import is_subject

NEEDED = ("accounts.view_contact", "accounts.view_webrole")
"""The reports name contacts and roles."""


def may_read_reports(user: Any) -> bool:
    return bool(user.has_perms(NEEDED))


def readers_url(record: Any) -> str:
    return reverse("admin:access_readers", args=[ContentType.objects.get_for_model(record).pk, record.pk])


def reach_url(contact: Contact) -> str:
    return reverse("admin:access_reach", args=[contact.pk])


def links_from(record: Any, user: Any) -> list[tuple[str, str]]:
    """Address and label of each report about this record."""
    if record is None or not is_subject(type(record)) or not may_read_reports(user):
        return []
    links = [(readers_url(record), _("Who can see this?"))]
    return (
        [*links, (reach_url(record), _("What can this person see?"))]
        if isinstance(record, Contact)
        else links
    )
