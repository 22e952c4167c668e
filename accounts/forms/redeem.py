from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.utils.translation import gettext_lazy as _

from accounts.forms.entrance import PASSWORD_HELP
from accounts.models import User
from lib.mail_addresses import MailAddressFormField


class InvitationCodeForm(forms.Form):
    """The code of the mail, typed or pasted; the whole link is taken too."""

    code = forms.CharField(
        label=_("Invitation code"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        return "".join(code.split()).rstrip("/").rpartition("/")[2]


class AddressForm(forms.Form):
    email = MailAddressFormField(
        label=_("Your email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ConfirmationCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the email"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "placeholder": "XXXX-XXXX",
            }
        ),
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        return "".join(letter for letter in code.upper() if letter.isalnum())


class RegisterForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg]
    """A new sign-in for an address that was proved."""

    first_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    password1, password2 = SetPasswordMixin.create_password_fields(
        label1=_("Password"), label2=_("Confirm password")
    )

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address
        self.fields["password1"].help_text = PASSWORD_HELP
        self.fields["password2"].help_text = ""

    def clean(self) -> dict[str, Any]:
        self.validate_passwords()
        names = {name: self.cleaned_data.get(name, "") for name in ("first_name", "last_name")}
        self.validate_password_for_user(User(email=self.address, **names))
        return self.cleaned_data
