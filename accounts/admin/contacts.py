from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts import lockout
from accounts.actions.activity import record_activity
from accounts.actions.contacts import change_roles, role_names
from accounts.actions.sign_ins import addresses_of
from accounts.admin.base import NoDelete, actor_of, may_repair
from accounts.admin.contact_actions import ACTIONS
from accounts.admin.contact_filters import AccountFilter, ErasureFilter, LastSignInFilter, StatusFilter
from accounts.admin.contact_merge import MERGE
from accounts.admin.contact_pages import BUTTONS
from accounts.admin.previews import PREVIEW
from accounts.models import Activity, Contact, Invitation, OutgoingMail
from lib.admin_parts import ComposedAdmin
from lib.admin_pickers import PICKERS
from lib.admin_places import Place
from lib.admin_start import Figure

RECENT = 20


class InvitationInline(NoDelete, admin.TabularInline[Invitation, Contact]):
    """How the contact was invited; each leads to its page."""

    model = Invitation
    fields = readonly_fields = ("state", "email", "created_at", "created_by", "sent_at")
    extra = 0
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).select_related("created_by")

    @admin.display(description=_("status"))
    def state(self, invitation: Invitation) -> str:
        return str(invitation.state.label)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Contact)
class ContactAdmin(NoDelete, ComposedAdmin[Contact]):
    place = Place("people", 2, _("Contacts"), "people")
    start_figures = (
        Figure(
            _("Erasure requests"), 11,
            lambda _at: Contact.objects.filter(user__erasure_asked_at__isnull=False), "erasure=asked",
            right="change", tone="warning",
        ),
    )  # fmt: skip
    parts = (BUTTONS, MERGE, PREVIEW)
    actions = ACTIONS

    list_display = ("last_name", "first_name", "email", "account", "state", "last_sign_in")
    list_display_links = ("last_name", "first_name")
    list_filter = (AccountFilter, StatusFilter, LastSignInFilter, ErasureFilter, "roles")
    list_select_related = ("account", "user")
    search_fields = ("first_name", "last_name", "email", "account__name", "account__number")
    show_full_result_count = False
    autocomplete_fields = ("account", "user")
    formfield_overrides = PICKERS
    inlines = (InvitationInline,)
    change_form_template = "admin/accounts/contact/change_form.html"
    fieldsets = (
        (
            None,
            {"fields": ("account", "first_name", "last_name", "email", "mail_trouble", "phone", "job_title")},
        ),
        (_("Access"), {"fields": ("user", "roles", "state", "last_sign_in", "erasure_asked")}),
        (_("Dates"), {"fields": ("created_at", "deactivated_at", "merged_into")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        contacts: QuerySet[Contact] = super().get_queryset(request)
        return contacts.annotate(is_locked=lockout.locked_now("user__email"))

    def get_readonly_fields(self, request: HttpRequest, obj: Contact | None = None) -> tuple[str, ...]:
        """A person who changes employer is a new contact: the old one keeps its records. Nobody signs in as a
        merged one."""
        fixed = ("account", *(("user",) if obj.merged_into_id else ())) if obj else ()
        return (
            *fixed,
            "mail_trouble",
            "state",
            "last_sign_in",
            "erasure_asked",
            "deactivated_at",
            "created_at",
            "merged_into",
        )

    def get_inlines(self, request: HttpRequest, obj: Contact | None) -> Any:
        return self.inlines if obj else ()

    @admin.display(description=_("status"))
    def state(self, contact: Contact) -> str:
        """Whether somebody can sign in; merged and locked are told apart from the rest."""
        if contact.merged_into_id:
            return str(_("Merged"))
        words = [
            str(contact.status.label),
            *([str(_("locked"))] if getattr(contact, "is_locked", False) else []),
        ]
        return ", ".join(words)

    @admin.display(description=_("last returned email"))
    def mail_trouble(self, contact: Contact) -> str:
        """Why a mail server gave back what we sent to this address."""
        returned = OutgoingMail.objects.filter(to=contact.email, status=OutgoingMail.Status.RETURNED)
        mail = returned.order_by("-id").first() if contact.email else None
        return f"{mail.last_error} ({date_format(localtime(mail.created_at))})" if mail else "—"

    @admin.display(description=_("last sign-in"), ordering="user__last_login")
    def last_sign_in(self, contact: Contact) -> str:
        return display_for_value(contact.user.last_login if contact.user else None, "—")

    @admin.display(description=_("erasure requested"))
    def erasure_asked(self, contact: Contact) -> str:
        return display_for_value(contact.user.erasure_asked_at if contact.user else None, "—")

    def beside_form(self, request: HttpRequest, row: Contact) -> dict[str, Any]:
        """Which buttons there are, and what happened to the contact and to those that were merged into it."""
        user, may_change = row.user, self.has_change_permission(request, row)
        addresses = addresses_of(user) if user else set()
        merged = list(row.merged_contacts.order_by("pk"))
        may_read_log = request.user.has_perm("accounts.view_activity")
        return {
            "may_change": may_change,
            "may_repair": may_change and may_repair(request, user),
            "is_locked": any(lockout.is_locked(address) for address in addresses),
            "merged_contacts": merged,
            **super().beside_form(request, row),
            **(_log_of([row, *merged]) if may_read_log else {}),
        }

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        """Only what was changed is written, and the log names it. Roles are given in save_related."""
        changed = [name for name in form.changed_data if name != "roles"]
        if not change:
            obj.save()
            roles = role_names(form.cleaned_data.get("roles", ()))
            record_activity(actor=actor_of(request), verb="contact.created", record=obj, roles=roles)
        elif changed:
            obj.save(update_fields=changed)
            record_activity(actor=actor_of(request), verb="contact.updated", record=obj, fields=changed)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A change of roles is an action; what Django then writes is what is there already."""
        if change and "roles" in form.changed_data:
            contact = cast("Contact", form.instance)
            held, wanted = set(contact.roles.all()), set(form.cleaned_data["roles"])
            change_roles(actor=actor_of(request), contact=contact, added=wanted - held, removed=held - wanted)
        super().save_related(request, form, formsets, change)


def _log_of(contacts: list[Contact]) -> dict[str, Any]:
    """What was recorded of these contacts: the latest lines, and the address of all."""
    keys = ",".join(str(contact.pk) for contact in contacts)
    lines = Activity.objects.filter(contact__in=contacts).select_related("contact")[:RECENT]
    return {
        "activities": lines,
        "log_url": f"{reverse('admin:accounts_activity_changelist')}?contact__in={keys}",
    }
