from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions import deactivate_contact, reactivate_contact
from accounts.actors import Actor
from accounts.admin.base import NoDelete
from accounts.admin.invitations import invite
from accounts.http import PortalRequest
from accounts.models import Contact


@admin.register(Contact)
class ContactAdmin(NoDelete, admin.ModelAdmin[Contact]):
    list_display = ("last_name", "first_name", "email", "account", "is_active", "signs_in")
    list_display_links = ("last_name", "first_name")
    list_filter = ("is_active", "roles", "account")
    list_select_related = ("account", "user")
    search_fields = ("first_name", "last_name", "email", "account__name")
    autocomplete_fields = ("account", "user")
    filter_horizontal = ("roles",)
    actions = (invite, "deactivate", "reactivate")

    def get_readonly_fields(self, request: HttpRequest, obj: Contact | None = None) -> tuple[str, ...]:
        """A person who changes employer is a new contact: the old one keeps its records."""
        fixed = ("account",) if obj else ()
        return (*fixed, "is_active", "deactivated_at", "created_at")

    @admin.display(boolean=True, description=_("signs in"))
    def signs_in(self, contact: Contact) -> bool:
        return contact.user is not None and contact.user.is_active

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        for contact in queryset.filter(is_active=True):
            deactivate_contact(actor=Actor.staff(cast("PortalRequest", request)), contact=contact)

    @admin.action(description=_("Reactivate"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        for contact in queryset.filter(is_active=False):
            reactivate_contact(actor=Actor.staff(cast("PortalRequest", request)), contact=contact)
