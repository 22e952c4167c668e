from typing import Any

from allauth.socialaccount.models import SocialAccount
from django import forms

from accounts.models import User


class IdentityForm(forms.Form):
    """One of the user's own identities."""

    identity = forms.ModelChoiceField(SocialAccount.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identity"].queryset = SocialAccount.objects.filter(user=user)  # type: ignore[attr-defined]
