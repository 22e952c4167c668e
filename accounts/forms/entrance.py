"""The forms of the sign-in and registration pages (settings.ACCOUNT_FORMS)."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ResetPasswordForm, ResetPasswordKeyForm, SignupForm
from allauth.account.models import EmailAddress
from allauth.core import context
from django import forms
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.forgotten_passwords import ask_for_new_password
from accounts.actions.ownership import take_over
from accounts.actions.sign_ins import user_of
from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import User
from accounts.sign_in.pending_invitation import PendingInvitation
from lib.mail_addresses import or_as_typed

STAFF_DOOR = "staff"
"""Query parameter of the sign-in page with which the form for staff is shown while sign-in with a password is
off."""


PASSWORD_HELP = _("At least 10 characters. A few unrelated words are easy to remember.")


class SignInForm(LoginForm):  # type: ignore[misc]
    request: PortalRequest

    @property
    def is_offered(self) -> bool:
        """Whether the page shows the form at all: always, or to staff alone. What it lets in, the adapter
        decides."""
        return self.request.sign_in_policy.local_sign_in or self.is_for_staff

    @property
    def is_for_staff(self) -> bool:
        if self.request.sign_in_policy.local_sign_in:
            return False
        target = self.request.POST.get(REDIRECT_FIELD_NAME) or self.request.GET.get(REDIRECT_FIELD_NAME) or ""
        return STAFF_DOOR in self.request.GET or target.startswith(reverse("admin:index"))

    def clean_login(self) -> str:
        """As it is kept. One with letters beyond ASCII may have been kept as it was typed, before that was
        so."""
        login: str = super().clean_login()
        return login if login.isascii() or user_of(login) else or_as_typed(login)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Whoever is remembered stays signed in when the browser is closed, for as long as the policy
        allows."""
        response = super().login(request, redirect_url)
        if self.cleaned_data.get("remember"):
            request.session.set_expiry(self.request.sign_in_policy.session_hours * 3600)
        return cast("HttpResponse", response)


class SignUpForm(SignupForm):  # type: ignore[misc]
    first_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    field_order = ("first_name", "last_name", "email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP

    def clean_email(self) -> str:
        policy = cast("PortalRequest", context.request).sign_in_policy
        email: str = super().clean_email()
        if not policy.accepts_address(email):
            domains = ", ".join(policy.allowed_domains)
            raise forms.ValidationError(
                _("Register with a work email address from one of these domains: %(domains)s"),
                params={"domains": domains},
            )
        return email

    def try_save(self, request: HttpRequest) -> Any:
        """An address that somebody signs in with already takes as long as a new one, whose password is
        hashed."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """Known or not, the page and its time are the same: a job looks for the address."""

    def clean_email(self) -> str:
        return str(get_adapter().clean_email(self.cleaned_data["email"]))

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        pending = PendingInvitation(request)
        invitation = pending.invitation() if pending.exists else None
        ask_for_new_password(email=email, invitation=invitation, proved=pending.proved_address)
        return email


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password of somebody who has followed the link in a mail."""

    user: User

    @transaction.atomic
    def save(self) -> None:
        """Of a user whom nobody has claimed the link proves the address: it is the only one that the mail can
        have gone to."""
        request = context.request
        has_one_address = (
            not EmailAddress.objects.filter(user=self.user).exclude(email__iexact=self.user.email).exists()
        )
        is_first = take_over(
            actor=Actor(user=self.user, client_ip=cast("PortalRequest", request).client_ip), user=self.user
        )
        super().save()
        if is_first and has_one_address:
            address = EmailAddress.objects.get_or_create(
                user=self.user, email=self.user.email, defaults={"primary": True}
            )[0]
            get_adapter().confirm_email(request, address)


class PasswordForm(forms.Form):
    """The password of somebody who is not signed in here. Each try counts like one on the sign-in page."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if get_adapter().authenticate(context.request, email=self.user.email, password=password) != self.user:
            raise forms.ValidationError(_("The password is incorrect, or it cannot be used right now."))
        return password
