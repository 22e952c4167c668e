"""How staff write invitations in the administration."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, WebRole
from lib.submissions import SubmissionForm


def givable_roles() -> QuerySet[WebRole]:
    """Those that are not everybody's already."""
    return WebRole.objects.filter(for_anonymous=False, for_authenticated=False)


class InvitationForm(forms.ModelForm[Invitation], SubmissionForm):
    """For one contact, or for a group of an account."""

    sends_now = forms.BooleanField(
        label=_("send immediately"),
        required=False,
        initial=True,
        help_text=_("A group link is always emailed to you immediately."),
    )

    class Meta:
        model = Invitation
        fields = ("contact", "account", "max_redemptions", "domain", "roles", "message")
        help_texts = {
            "contact": _("To invite one person. Leave the account blank."),
            "account": _(
                "To invite a group. Everyone who accepts becomes a contact of the account. Leave the "
                "contact blank."
            ),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        contact, account = data.get("contact"), data.get("account")
        if bool(contact) == bool(account):
            raise ValidationError(_("Choose either a contact, or an account for a group, not both."))
        if contact and contact.user_id:
            self.add_error("contact", _("This contact already signs in."))
        elif contact and not contact.is_usable:
            self.add_error("contact", _("This contact or its account is not active."))
        if account and not account.is_active:
            self.add_error("account", _("This account is inactive."))
        if contact and data.get("max_redemptions") != 1:
            self.add_error("max_redemptions", _("A contact can accept an invitation only once."))
        return data


class BulkInvitationForm(forms.Form):
    roles = forms.ModelMultipleChoiceField(
        label=_("Web roles to assign"),
        queryset=WebRole.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    message = forms.CharField(
        label=_("Personal message"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelMultipleChoiceField[WebRole]", self.fields["roles"]).queryset = givable_roles()
