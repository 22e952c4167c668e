from typing import Any, cast

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.actions import deactivate_contact, reactivate_contact
from accounts.actions.sign_ins import change_sign_in_policy
from accounts.actors import Actor
from accounts.admin_invitations import invite
from accounts.forms.policy import SignInPolicyForm
from accounts.http import PortalRequest
from accounts.models import Account, Activity, Contact, OutgoingMail, RecordPermission, SignInPolicy, User, WebRole


class NoDelete:
    """People and what they did are kept: deactivate instead of delete."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NoDelete):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserContactInline(NoDelete, admin.TabularInline[Contact, User]):
    model = Contact
    extra = 0
    fields = ("account", "first_name", "last_name", "email", "is_active")
    readonly_fields = ("account", "first_name", "last_name", "email", "is_active")
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).select_related("account")

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(NoDelete, DjangoUserAdmin[User]):
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    inlines = (UserContactInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name", "language", "time_zone")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "first_name", "last_name", "usable_password", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A replaced address opens nothing any more; the new one is proved at the next sign-in."""
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()


class ContactFormSet(BaseInlineFormSet[Contact, Account, Any]):
    """Tells of an address that the account has already: Django leaves constraints on the parent's key to the database."""

    def clean(self) -> None:
        super().clean()
        taken: set[str] = set()
        for form in self.forms:
            if form.is_valid() and form.has_changed():
                self._refuse_taken(form, taken)
                taken.add(form.instance.email)

    def _refuse_taken(self, form: Any, taken: set[str]) -> None:
        email = form.instance.email
        others = Contact.objects.filter(account=self.instance.pk, email__iexact=email).exclude(pk=form.instance.pk)
        if email in taken or (self.instance.pk and others.exists()):
            form.add_error("email", _("This account has a contact with this e-mail address already."))


class ContactInline(NoDelete, admin.TabularInline[Contact, Account]):
    model = Contact
    formset = ContactFormSet
    extra = 0
    fields = ("first_name", "last_name", "email", "job_title", "user", "is_active")
    readonly_fields = ("user", "is_active")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).select_related("user")


@admin.register(Account)
class AccountAdmin(NoDelete, admin.ModelAdmin[Account]):
    list_display = ("number", "name", "kind", "status", "account_manager")
    list_filter = ("kind", "status", "account_manager")
    search_fields = ("number", "name", "email_domains")
    autocomplete_fields = ("account_manager",)
    inlines = (ContactInline,)


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


class RecordPermissionInline(admin.TabularInline[RecordPermission, WebRole]):
    model = RecordPermission
    extra = 0


@admin.register(WebRole)
class WebRoleAdmin(admin.ModelAdmin[WebRole]):
    list_display = ("name", "description", "delegable", "for_authenticated", "for_anonymous")
    search_fields = ("name",)
    inlines = (RecordPermissionInline,)


@admin.register(Activity)
class ActivityAdmin(ReadOnly, admin.ModelAdmin[Activity]):
    list_display = ("at", "actor_name", "verb", "label", "account", "client_ip")
    list_filter = ("verb", "record_type", "is_internal")
    list_select_related = ("account",)
    search_fields = ("actor_name", "label", "record_id")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly, admin.ModelAdmin[OutgoingMail]):
    list_display = ("created_at", "to", "subject", "event", "status", "attempts", "sent_at")
    list_filter = ("status", "event")
    search_fields = ("to", "subject")
    date_hierarchy = "created_at"
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: OutgoingMail | None = None) -> Any:
        """Without the text of mails that let their reader in: staff must not use the link of a colleague."""
        shown = [field.name for field in OutgoingMail._meta.fields if field.name != "id"]
        return [name for name in shown if not (obj and obj.is_secret and name in ("text", "html"))]


@admin.register(SignInPolicy)
class SignInPolicyAdmin(NoDelete, admin.ModelAdmin[SignInPolicy]):
    """One row: its list leads straight to it. A change holds from the next request."""

    form = SignInPolicyForm
    fieldsets = (
        (_("Who may sign in"), {"fields": ("local_sign_in", "registration", "allowed_domains", "second_factor")}),
        (_("Wrong passwords"), {"fields": ("lockout_attempts", "lockout_minutes")}),
        (_("Sessions"), {"fields": ("session_hours", "idle_minutes")}),
        (_("Terms of use"), {"fields": ("terms", "terms_changed_on")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("admin:accounts_signinpolicy_change", SignInPolicy.objects.the_one().pk)

    def save_model(self, request: HttpRequest, obj: SignInPolicy, form: Any, change: bool) -> None:
        actor = Actor.staff(cast("PortalRequest", request))
        change_sign_in_policy(actor=actor, policy=obj, changed=form.changed_data)
