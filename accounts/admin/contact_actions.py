"""What staff do with several contacts of the list at once."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.actions import deactivate_contact, reactivate_contact
from accounts.actions.contact_exports import export_contacts
from accounts.actions.sessions import end_sessions
from accounts.actions.sign_ins import unlock_user
from accounts.admin.base import actor_of, may_repair
from accounts.admin.invitations import invite
from accounts.models import Contact
from lib.admin_parts import Admin

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@admin.action(description=_("Deactivate"), permissions=["change"])
def deactivate(model_admin: Admin, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
    active = queryset.filter(is_active=True)
    _each(request, active, lambda contact: deactivate_contact(actor=actor_of(request), contact=contact))


@admin.action(description=_("Reactivate"), permissions=["change"])
def reactivate(model_admin: Admin, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
    inactive = queryset.filter(is_active=False).select_related("merged_into")
    _each(request, inactive, lambda contact: reactivate_contact(actor=actor_of(request), contact=contact))


@admin.action(description=_("Unlock"), permissions=["change"])
def unlock(model_admin: Admin, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
    _each(
        request,
        _repairable(request, queryset),
        lambda contact: unlock_user(actor=actor_of(request), user=contact.user),
    )


@admin.action(description=_("End sessions"), permissions=["change"])
def end_all_sessions(model_admin: Admin, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
    _each(
        request,
        _repairable(request, queryset),
        lambda contact: end_sessions(actor=actor_of(request), user=contact.user),
    )


@admin.action(description=_("Export as CSV"), permissions=["view"])
def export_csv(model_admin: Admin, request: HttpRequest, queryset: QuerySet[Contact]) -> HttpResponse:
    return _file(request, queryset, "csv")


@admin.action(description=_("Export as Excel"), permissions=["view"])
def export_workbook(model_admin: Admin, request: HttpRequest, queryset: QuerySet[Contact]) -> HttpResponse:
    return _file(request, queryset, "xlsx")


def _each(request: HttpRequest, contacts: Iterable[Contact], do: Callable[[Any], Any]) -> None:
    """Each by itself: one that cannot be done keeps no other from it."""
    done = 0
    for contact in contacts:
        try:
            do(contact)
            done += 1
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    messages.success(request, ngettext("One contact updated.", "%(n)d contacts updated.", done) % {"n": done})


def _repairable(request: HttpRequest, contacts: QuerySet[Contact]) -> list[Contact]:
    """Those who sign in, each user once; what staff sign in with is left to superusers."""
    by_user = {contact.user_id: contact for contact in contacts.exclude(user=None).select_related("user")}
    found = [contact for contact in by_user.values() if may_repair(request, contact.user)]
    if len(found) < len(by_user):
        messages.warning(request, gettext("Staff were skipped: only superusers can change how they sign in."))
    return found


def _file(request: HttpRequest, contacts: QuerySet[Contact], kind: str) -> HttpResponse:
    content = export_contacts(actor=actor_of(request), contacts=contacts, kind=kind)
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="contacts.{kind}"'},
    )


ACTIONS = (invite, unlock, end_all_sessions, deactivate, reactivate, export_csv, export_workbook)
