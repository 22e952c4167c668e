"""Contacts as a list for spreadsheet programs."""

from collections.abc import Iterator

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from accounts.models import Contact
from lib.spreadsheets import as_csv, as_workbook

WRITERS = {"csv": as_csv, "xlsx": as_workbook}


@transaction.atomic
def export_contacts(*, actor: Actor, contacts: models.QuerySet[Contact], kind: str) -> bytes:
    """The file's content. Who took how many people's data out of the portal is recorded."""
    content = WRITERS[kind]([_headings(), *_rows(contacts)])
    record_activity(
        actor=actor,
        verb="contact.exported",
        record=None,
        label=_("Contacts"),
        count=contacts.count(),
        kind=kind,
    )
    return content


def _headings() -> list[str]:
    names = ("First name", "Last name", "Email", "Phone", "Job title", "Roles")
    return [*names, _("Account number"), _("Account"), _("Status"), _("Last sign-in")]


def _rows(contacts: models.QuerySet[Contact]) -> Iterator[list[str]]:
    for contact in (
        contacts.select_related("account", "user").prefetch_related("roles").iterator(chunk_size=1000)
    ):
        yield [
            contact.first_name,
            contact.last_name,
            contact.email,
            contact.phone,
            contact.job_title,
            ", ".join(role.name for role in contact.roles.all()),
            contact.account.number if contact.account else "",
            contact.account.name if contact.account else "",
            str(contact.status.label),
            _time(contact),
        ]


def _time(contact: Contact) -> str:
    seen = contact.user.last_login if contact.user else None
    return timezone.localtime(seen).strftime("%Y-%m-%d %H:%M") if seen else ""
