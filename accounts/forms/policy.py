from typing import Any

from allauth.core import context
from allauth.socialaccount.adapter import get_adapter
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import SignInPolicy
from lib.mail_addresses import mail_domain


class SignInPolicyForm(forms.ModelForm[SignInPolicy]):
    """For the administration."""

    class Meta:
        model = SignInPolicy
        fields = (
            "local_sign_in",
            "registration",
            "allowed_domains",
            "second_factor",
            "lockout_attempts",
            "lockout_minutes",
            "session_hours",
            "idle_minutes",
            "terms",
            "terms_changed_on",
        )

    def clean_local_sign_in(self) -> bool:
        """Refuse to leave customers without any way in."""
        is_on: bool = self.cleaned_data["local_sign_in"]
        if not is_on and not get_adapter().list_providers(context.request):
            raise forms.ValidationError(
                _("No external sign-in is configured, so only staff could sign in. Configure one first.")
            )
        return is_on

    def clean_allowed_domains(self) -> list[str]:
        domains: list[str] = self.cleaned_data["allowed_domains"] or []
        return [mail_domain(domain.strip().removeprefix("@")) for domain in domains]

    def clean(self) -> dict[str, Any]:
        """Terms that are new ask those who accepted older ones only with a date."""
        data = super().clean() or {}
        if data.get("terms_changed_on") and not data.get("terms"):
            self.add_error("terms", _("Enter the terms or clear their date."))
        return data
