from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    UserChangeForm,
)
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import lockout
from accounts.actions.activity import record_activity
from accounts.actions.sign_ins import addresses_of
from accounts.admin.base import NoDelete, actor_of
from accounts.admin.staff import WithinOwnRights
from accounts.admin.user_pages import BUTTONS
from accounts.models import Contact, User
from accounts.second_factor.rules import chosen_methods
from lib.admin_columns import moment
from lib.admin_parts import urls_of
from lib.admin_pickers import PICKERS
from lib.admin_places import Place

FOR_SUPERUSERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class UserContactInline(NoDelete, admin.TabularInline[Contact, User]):
    model = Contact
    extra = 0
    fields = ("account", "first_name", "last_name", "email", "is_active")
    readonly_fields = ("account", "first_name", "last_name", "email", "is_active")
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).select_related("account")

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


class SignsInFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("locked", gettext("Locked")), ("erasure", gettext("Erasure requested"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() == "locked":
            return queryset.filter(lockout.locked_now("email"))
        return queryset.filter(erasure_asked_at__isnull=False) if self.value() == "erasure" else queryset


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    password = ReadOnlyPasswordHashField(label=_("Password"), help_text=_("Nobody can read it."))


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """In the words of the portal."""

    usable_password = AdminUserCreationForm.create_usable_password_field(
        _("Without a password, the person signs in with an external identity or a link by email.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usable_password"].label = _("Sign-in with a password")


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """In the words of the portal."""

    usable_password_help_text = _(  # type: ignore[assignment]
        "Without a password, the person signs in with an external identity or a link by email. "
        "This deletes the current password."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "usable_password" in self.fields:
            self.fields["usable_password"].label = _("Sign-in with a password")


@admin.register(User)
class UserAdmin(NoDelete, WithinOwnRights):
    formfield_overrides = PICKERS
    place = Place("people", 4, _("Sign-ins"), "key")
    list_display = (
        "email",
        "first_name",
        "last_name",
        "is_staff",
        "is_active",
        moment("last_login", _("last sign-in")),
    )
    list_filter = ("is_staff", "is_active", SignsInFilter, "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = (
        "last_login",
        "date_joined",
        "second_factor",
        "identities",
        "locked",
        "erasure_asked_at",
    )
    inlines = (UserContactInline,)
    form, add_form, change_password_form = UserForm, NewUserForm, PasswordForm
    add_form_template = "admin/accounts/user/add_form.html"
    change_form_template = "admin/accounts/user/change_form.html"
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name", "language", "time_zone")}),
        (_("Sign-in"), {"fields": ("second_factor", "identities", "locked")}),
        (_("Access"), {"fields": ("is_active", *FOR_SUPERUSERS)}),
        (_("Dates"), {"fields": ("last_login", "date_joined", "erasure_asked_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "usable_password", "password1", "password2")}),
    )

    @admin.display(description=_("two-factor authentication"))
    def second_factor(self, user: User) -> str:
        return ", ".join(str(method.label) for method in chosen_methods(user)) or gettext("off")

    @admin.display(description=_("external identities"))
    def identities(self, user: User) -> str:
        connected = SocialAccount.objects.filter(user=user).order_by("provider")
        return ", ".join(
            f"{one.provider} ({one.extra_data.get('email') or one.uid})" for one in connected
        ) or gettext("none")

    @admin.display(description=_("locked"), boolean=True)
    def locked(self, user: User) -> bool:
        return any(lockout.is_locked(address) for address in addresses_of(user))

    def get_urls(self) -> list[URLPattern]:
        return [*urls_of(self, (BUTTONS,)), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        user = self.get_object(request, object_id)
        context = (
            {"may_change": self.has_change_permission(request, user), "is_locked": self.locked(user)}
            if user
            else {}
        )
        if user and context["may_change"]:
            context["has_second_factor"] = bool(chosen_methods(user))
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A replaced address opens nothing any more; the new one is proved at the next sign-in."""
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
        if form.changed_data:
            self._record(
                request,
                "user.updated" if change else "user.created",
                obj,
                fields=_without_passwords(form.changed_data),
            )

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """A password that staff have set ends sessions by itself: they hold for the old one."""
        response = super().user_change_password(request, id, form_url)
        user = self.get_object(request, id)
        if user and isinstance(response, HttpResponseRedirect):
            self._record(request, "user.password_set", user)
        return response

    def _record(self, request: HttpRequest, verb: str, user: User, **details: Any) -> None:
        """For staff alone: an account's log tells what happens to its contacts."""
        record_activity(actor=actor_of(request), verb=verb, record=None, label=user.email, **details)


def _without_passwords(fields: list[str]) -> list[str]:
    return [name for name in fields if "password" not in name]
