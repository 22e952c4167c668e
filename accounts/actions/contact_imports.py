"""Bringing in a list of colleagues: checked when it is sent, created by a job, all or nothing, then invited
one by one."""

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.activity import record_activity
from accounts.actions.colleagues import lock_account
from accounts.actions.invitations import invite_contact
from accounts.actors import Actor
from accounts.models import Account, Contact, ContactImport, WebRole
from lib.contact_lists import Answers, Row, read_contact_list
from lib.jobs import defer
from lib.locks import locked, locked_by_key
from lib.mail_addresses import MailAddressFormField, mail_address, or_as_typed
from lib.submissions import sent_before

FIELDS: dict[str, forms.Field] = {
    "first_name": forms.CharField(max_length=100, label=gettext_lazy("First name")),
    "last_name": forms.CharField(max_length=100, label=gettext_lazy("Last name")),
    "email": MailAddressFormField(label=gettext_lazy("Email")),
    "phone": forms.CharField(max_length=40, required=False, label=gettext_lazy("Phone")),
    "job_title": forms.CharField(max_length=100, required=False, label=gettext_lazy("Job title")),
}
INVITED_AT_ONCE = 50
"""Invitations a transaction: progress shows, and a crash repeats little."""


@transaction.atomic
def check_import(
    *,
    actor: Actor,
    file_name: str,
    content: bytes,
    answers: Answers | None = None,
    submission: uuid.UUID | None = None,
) -> ContactImport:
    """Read the list and note every row that cannot be taken. Raises ValidationError when it is no list at
    all.

    It is read first: that can take a while, and nobody else waits for it."""
    rows = read_contact_list(file_name, content, answers)
    manager = lock_account(actor=actor, privilege="create")
    account = Account.objects.get(contacts=manager)
    if before := sent_before(ContactImport.objects.filter(account=account), submission):
        return before
    errors = list(_errors(manager, rows))
    return ContactImport.objects.create(
        account=account,
        created_by=manager,
        file_name=file_name[:150],
        rows=rows,
        errors=errors,
        submission=submission or uuid.uuid4(),
    )


@transaction.atomic
def start_import(*, actor: Actor, contact_import: ContactImport) -> None:
    """Leave the list to a job. Starting it twice starts it once."""
    manager = lock_account(actor=actor, privilege="create")
    held = locked(contact_import)
    if held.account_id != manager.account_id:
        raise PermissionDenied
    if held.status != ContactImport.Status.CHECKED:
        return
    if held.errors:
        raise ValidationError(_("Fix the rows with errors first."))
    held.status, held.created_by = ContactImport.Status.RUNNING, manager
    held.save(update_fields=["status", "created_by"])
    defer("accounts.tasks.import_contacts", import_id=held.pk, client_ip=actor.client_ip)


@transaction.atomic
def create_imported_contacts(*, import_id: int, client_ip: str | None = None) -> None:
    """Create all contacts of the list, or none and note why. The list knows its contacts afterwards, so a
    repeated job creates nothing twice. The account is locked first, then the list, as start_import does."""
    locked(Account.objects.get(contact_imports=import_id))
    running = _locked(import_id)
    if running.status != ContactImport.Status.RUNNING or "contact" in running.rows[0]:
        return
    actor = _actor(running, client_ip)
    try:
        manager = lock_account(actor=actor, privilege="create")
    except PermissionDenied:
        _fail(
            running, [{"row": 0, "error": _("The person who uploaded the list may no longer add contacts.")}]
        )
        return
    if errors := list(_errors(manager, running.rows)):
        _fail(running, errors)
        return
    _create(manager, running)
    record_activity(
        actor=actor,
        verb="account.contacts_imported",
        record=running.account,
        contacts=running.total,
        file=running.file_name,
    )


@transaction.atomic
def invite_next(*, import_id: int, client_ip: str | None = None) -> bool:
    """Invite some more of the contacts that were created; False when all are."""
    running = _locked(import_id)
    if running.status != ContactImport.Status.RUNNING:
        return False
    part = running.rows[running.done : running.done + INVITED_AT_ONCE]
    for contact in Contact.objects.usable().filter(pk__in=[row["contact"] for row in part], user=None):
        invite_contact(actor=_actor(running, client_ip), contact=contact)
    running.done += len(part)
    if running.done == running.total:
        running.status = ContactImport.Status.DONE
    running.save(update_fields=["done", "status"])
    return running.status == ContactImport.Status.RUNNING


def _locked(import_id: int) -> ContactImport:
    return locked_by_key(ContactImport, import_id, "account", "created_by__user")


def _actor(running: ContactImport, client_ip: str | None) -> Actor:
    """Who started the import, and from where."""
    return Actor(user=running.created_by.user, contact=running.created_by, client_ip=client_ip)


def _fail(running: ContactImport, errors: list[dict[str, Any]]) -> None:
    running.status, running.errors = ContactImport.Status.FAILED, errors
    running.save(update_fields=["status", "errors"])


def _create(manager: Contact, running: ContactImport) -> None:
    plain = [{name: row[name] for name in FIELDS} for row in running.rows]
    contacts = Contact.objects.bulk_create(
        [
            Contact(account=manager.account, **fields | {"email": mail_address(fields["email"])})
            for fields in plain
        ],
        batch_size=1000,
    )
    roles, given = _grantable(), Contact.roles.through
    given.objects.bulk_create(
        [
            given(contact_id=contact.pk, webrole_id=roles[name].pk)
            for contact, row in zip(contacts, running.rows, strict=True)
            for name in {name.lower() for name in _role_names(row)}
        ],
        batch_size=1000,
    )
    for contact, row in zip(contacts, running.rows, strict=True):
        row["contact"] = contact.pk
    running.save(update_fields=["rows"])


def _errors(manager: Contact, rows: list[Row]) -> Iterator[dict[str, Any]]:
    roles, seen = _grantable(), dict[str, int]()
    known = {
        contact.email.lower(): contact
        for contact in Contact.objects.of_account(manager.account_id).only("email", "is_active")
    }
    for row in rows:
        email = or_as_typed(row["email"])
        found = [
            *_errors_of_width(row),
            *_errors_of_fields(row),
            *_errors_of_roles(row, roles),
            *_errors_of_address(email, known, seen),
        ]
        seen.setdefault(email, row["row"])
        yield from ({"row": row["row"], "error": error} for error in found)


def _errors_of_width(row: Row) -> Iterator[str]:
    if beyond := row.get("beyond"):
        yield _("There are cells beyond the headings: %(cells)s") % {"cells": beyond}


def _errors_of_fields(row: Row) -> Iterator[str]:
    for name, field in FIELDS.items():
        try:
            field.clean(row[name])
        except ValidationError as error:
            yield f"{field.label}: {' '.join(error.messages)}"


def _errors_of_roles(row: Row, roles: dict[str, WebRole]) -> Iterator[str]:
    for name in _role_names(row):
        if name.lower() not in roles:
            yield _("There is no role “%(name)s” that you can assign.") % {"name": name}


def _errors_of_address(email: str, known: dict[str, Contact], seen: dict[str, int]) -> Iterator[str]:
    if not email:
        return
    if email in seen:
        yield _("%(email)s is already in row %(row)d.") % {"email": email, "row": seen[email]}
    elif email in known and known[email].is_active:
        yield _("%(email)s is already a contact.") % {"email": email}
    elif email in known:
        yield _("%(email)s is a deactivated contact. Reactivate it instead.") % {"email": email}


def _grantable() -> dict[str, WebRole]:
    return {role.name.lower(): role for role in WebRole.objects.grantable()}


def _role_names(row: Row) -> list[str]:
    return [name.strip() for name in row["roles"].replace(";", ",").split(",") if name.strip()]
