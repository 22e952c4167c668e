from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import lockout
from accounts.actions.activity import record_activity
from accounts.admin.base import NoDelete, actor_of
from accounts.models import Account, Activity, Contact, Invitation
from lib.admin_parts import ComposedAdmin
from lib.admin_places import Place

PEOPLE, INVITATIONS, ACTIVITIES = 100, 20, 20
"""How many of each the account's page shows; for the rest it leads to the lists."""


class ContactFormSet(BaseInlineFormSet[Contact, Account, Any]):
    """Tells of an address that the account has already: Django leaves constraints on the parent's key to the
    database."""

    def clean(self) -> None:
        super().clean()
        taken: set[str] = set()
        for form in self.forms:
            if form.is_valid() and form.has_changed():
                self._refuse_taken(form, taken)
                taken.add(form.instance.email)

    def _refuse_taken(self, form: Any, taken: set[str]) -> None:
        email = form.instance.email
        others = Contact.objects.filter(account=self.instance.pk, email__iexact=email).exclude(
            pk=form.instance.pk
        )
        if email in taken or (self.instance.pk and others.exists()):
            form.add_error("email", _("This account already has a contact with this email address."))


class NewContactInline(NoDelete, admin.TabularInline[Contact, Account]):
    """For adding people. Those who are there already are a table below: an account may have thousands."""

    model = Contact
    formset = ContactFormSet
    extra = 0
    fields = ("first_name", "last_name", "email", "phone", "job_title")
    verbose_name_plural = _("new contacts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).none()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(NoDelete, ComposedAdmin[Account]):
    place = Place("people", 1, _("Accounts"), "building")
    list_display = ("number", "name", "kind", "status", "account_manager")
    list_filter = ("kind", "status", "account_manager")
    search_fields = ("number", "name", "email_domains")
    autocomplete_fields = ("account_manager",)
    inlines = (NewContactInline,)
    change_form_template = "admin/accounts/account/change_form.html"

    def beside_form(self, request: HttpRequest, row: Account) -> dict[str, Any]:
        return _beside_the_form(request, row)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for contact in formset.new_objects:
            record_activity(actor=actor_of(request), verb="contact.created", record=contact, roles=[])

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data or not change:
            verb, fields = ("account.updated", form.changed_data) if change else ("account.created", [])
            record_activity(actor=actor_of(request), verb=verb, record=obj, is_internal=True, fields=fields)


def _beside_the_form(request: HttpRequest, account: Account) -> dict[str, Any]:
    """What the reader may see of the account's people, invitations and log."""
    shown: dict[str, Any] = {}
    if request.user.has_perm("accounts.view_contact"):
        shown |= _people(account)
    if request.user.has_perm("accounts.view_invitation"):
        invitations = Invitation.objects.filter(account=account).select_related("contact", "created_by")[
            :INVITATIONS
        ]
        shown |= {
            "invitations": invitations,
            "invitations_url": _list_of("invitation", account__id__exact=account.pk),
        }
    if request.user.has_perm("accounts.view_activity"):
        lines = Activity.objects.filter(account=account).select_related("contact")[:ACTIVITIES]
        shown |= {"activities": lines, "log_url": _list_of("activity", account__id__exact=account.pk)}
    return shown


def _people(account: Account) -> dict[str, Any]:
    people = Contact.objects.of_account(account.pk).select_related("user").prefetch_related("roles")
    first = people.annotate(is_locked=lockout.locked_now("user__email")).order_by(
        "-is_active", "last_name", "first_name", "pk"
    )[:PEOPLE]
    return {
        "people": first,
        "people_count": people.count(),
        "people_url": _list_of("contact", account=account.number),
    }


def _list_of(model: str, **filters: Any) -> str:
    return f"{reverse(f'admin:accounts_{model}_changelist')}?{urlencode(filters)}"
