"""The forms with which a portal user manager looks after the contacts of an account."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, WebRole
from lib.contact_lists import MAX_BYTES
from lib.mail_addresses import MailAddressFormField
from lib.submissions import SubmissionForm


class RolesField(forms.ModelMultipleChoiceField["WebRole"]):
    """Check boxes for the roles that a manager may give."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Roles"),
            queryset=WebRole.objects.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Permissions in addition to those of everyone who is signed in."),
        )

    def label_from_instance(self, role: WebRole) -> str:
        return f"{role.name}: {role.description}" if role.description else role.name


WHILE_TYPING = {
    "hx-get": reverse_lazy("user_known"),
    "hx-trigger": "input changed delay:400ms, change",
    "hx-target": "#known",
    "hx-sync": "this:replace",
}
"""The page tells at once whose address it is."""


class ColleagueForm(forms.Form):
    first_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = MailAddressFormField(
        label=_("Work email"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", **WHILE_TYPING}),
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    job_title = forms.CharField(label=_("Job title"), max_length=100, required=False)
    roles = RolesField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = WebRole.objects.grantable()  # type: ignore[attr-defined]


class NewColleagueForm(ColleagueForm, SubmissionForm):
    message = forms.CharField(
        label=_("Personal message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Included in the invitation email."),
    )


class EditColleagueForm(ColleagueForm):
    def __init__(self, contact: Contact, *args: Any, is_self: bool = False, **kwargs: Any) -> None:
        initial = {
            name: getattr(contact, name)
            for name in ("first_name", "last_name", "email", "phone", "job_title")
        }
        roles = list(WebRole.objects.grantable().filter(contacts=contact).values_list("pk", flat=True))
        super().__init__(*args, initial={**initial, "roles": roles}, **kwargs)
        self.fields["email"].widget.attrs["hx-get"] = f"{reverse('user_known')}?contact={contact.pk}"
        self.fields["roles"].disabled = is_self


class TypedAddressForm(forms.Form):
    """An address while it is being typed, and the contact whose form it is typed in."""

    email = MailAddressFormField()
    contact = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ColleagueFilterForm(forms.Form):
    """The list's address. What is unknown there is ignored."""

    STATUS = (("active", _("Active")), ("invited", _("Invited")), ("inactive", _("Deactivated")))
    SORTS = ("name", "-name", "seen", "-seen")

    status = forms.ChoiceField(choices=STATUS, required=False, widget=forms.HiddenInput)
    sort = forms.ChoiceField(
        choices=[(sort, sort) for sort in SORTS], required=False, widget=forms.HiddenInput
    )
    q = forms.CharField(label=_("Search"), required=False, max_length=150)
    role = forms.ModelChoiceField(
        label=_("Role"), queryset=WebRole.objects.none(), required=False, empty_label=_("Any role")
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["role"].queryset = WebRole.objects.filter(for_anonymous=False, for_authenticated=False)  # type: ignore[attr-defined]
        self.is_valid()

    def chosen(self, name: str) -> Any:
        return self.cleaned_data.get(name)


class HeirForm(forms.Form):
    """Who takes over what somebody leaves behind."""

    heir = forms.ModelChoiceField(
        label=_("Transfer to"),
        queryset=Contact.objects.none(),
        required=False,
        empty_label=_("No one: keep them as they are"),
        help_text=_("They become the contact for what is open and receive the replies."),
    )

    def __init__(self, *args: Any, heirs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["heir"].queryset = heirs  # type: ignore[attr-defined]


class ContactListForm(SubmissionForm):
    file = forms.FileField(
        label=_("File"), help_text=_("CSV or Excel (.xlsx), at most 10,000 rows and 5 MB.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,.xlsx"

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large. The maximum size is 5 MB."))
        return upload


class JoinForm(forms.Form):
    account = forms.ModelChoiceField(label=_("Company"), queryset=Account.objects.none(), empty_label=None)
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Optional. Tells the colleague who decides who you are."),
    )

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[("approve", _("Approve")), ("decline", _("Decline"))])

    @property
    def is_approved(self) -> bool:
        return bool(self.cleaned_data["decision"] == "approve")


class AccessReviewForm(forms.Form):
    """What is ticked is taken away: "7" is contact 7's access, "7-3" their role 3. Few are ticked of however
    many."""

    remove = forms.MultipleChoiceField(required=False)

    def __init__(self, data: Any, *, choices: list[str]) -> None:
        super().__init__(data)
        self.fields["remove"].choices = [(choice, choice) for choice in choices]  # type: ignore[attr-defined]
