from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.second_factor.rules import Method


class CodeForm(forms.Form):
    """One code. Spaces and hyphens that people type for legibility do not count."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "autocomplete": "one-time-code",
                "autocapitalize": "off",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def __init__(self, *args: Any, method: Method, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.method = method
        if method == Method.RECOVERY:
            self.fields["code"].label = method.label
            self.fields["code"].widget.attrs["autocomplete"] = "off"
        else:
            self.fields["code"].widget.attrs["inputmode"] = "numeric"

    def clean_code(self) -> str:
        return "".join(character for character in self.cleaned_data["code"] if character.isalnum())


class SignInCodeForm(CodeForm):
    remember = forms.BooleanField(
        label=_("Remember this browser"),
        required=False,
        help_text=_("Skip the code for 30 days. Use this only on your own device."),
    )


class MethodForm(forms.Form):
    """Which of the methods the reader asked for."""

    method = forms.ChoiceField(choices=Method)

    @classmethod
    def chosen(cls, data: Any, methods: list[Method]) -> Method:
        form = cls(data)
        method = Method(form.cleaned_data["method"]) if form.is_valid() else methods[0]
        return method if method in methods else methods[0]


class BrowserForm(forms.Form):
    """One remembered browser, or all."""

    browser = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
