from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.actions.sign_ins import change_sign_in_policy
from accounts.actors import Actor
from accounts.admin.base import NoDelete
from accounts.forms.policy import SignInPolicyForm
from accounts.http import PortalRequest
from accounts.models import SignInPolicy
from lib.admin_places import Place
from lib.admin_start import Warned

NOBODY = SignInPolicy.SecondFactor.NOBODY


@admin.register(SignInPolicy)
class SignInPolicyAdmin(NoDelete, admin.ModelAdmin[SignInPolicy]):
    """One row: its list leads straight to it. A change holds from the next request."""

    place = Place("access", 3, _("Sign-in policy"), "lock")
    start_warnings = (
        Warned(
            _("Two-factor authentication is optional for staff."),
            lambda request, _none: cast("PortalRequest", request).sign_in_policy.second_factor == NOBODY,
        ),
    )
    form = SignInPolicyForm
    fieldsets = (
        (
            _("Who may sign in"),
            {"fields": ("local_sign_in", "registration", "allowed_domains", "second_factor")},
        ),
        (_("Failed sign-ins"), {"fields": ("lockout_attempts", "lockout_minutes")}),
        (_("Sessions"), {"fields": ("session_hours", "idle_minutes")}),
        (_("Terms of use"), {"fields": ("terms", "terms_changed_on")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:accounts_signinpolicy_change", SignInPolicy.objects.stored().pk)

    def save_model(self, request: HttpRequest, obj: SignInPolicy, form: Any, change: bool) -> None:
        actor = Actor.staff(cast("PortalRequest", request))
        change_sign_in_policy(actor=actor, policy=obj, changed=form.changed_data)
