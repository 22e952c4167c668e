"""What agents fill in for a customer: a case of somebody who telephones, colleagues who are kept in the
loop."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from cases.forms.conduct import ColleaguesField, colleagues
from cases.models import Case, Priority, Product, RequestType
from lib.submissions import SubmissionForm
from lib.widgets import Lines


class ContactSelect(AutocompleteSelect):
    """Shows a choice that is no number as no choice, where Django's own asks the database for it."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        return super().optgroups(
            name, [pk for pk in value if pk.isascii() and pk.isdigit() and len(pk) < 10], attr
        )


class OpenCaseForm(SubmissionForm):
    """Agents answer no questions of the type in the customer's place, and choose any priority."""

    contact = forms.ModelChoiceField(
        label=_("Contact"),
        queryset=Contact.objects.none(),
        help_text=_(
            "The person who is asking. They are notified by email and can read the case in the portal."
        ),
    )
    request_type = forms.ModelChoiceField(
        label=_("Type"), queryset=RequestType.objects.none(), empty_label=None
    )
    product = forms.ModelChoiceField(
        label=_("Product"),
        queryset=Product.objects.none(),
        required=False,
        empty_label=_("No product"),
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, initial=Priority.NORMAL)
    subject = forms.CharField(
        label=_("Subject"), max_length=150, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=20_000,
        widget=Lines(attrs={"rows": 8, "class": "vLargeTextField"}),
        help_text=_("Shown to the customer as the first message of the case. You can use Markdown."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = Contact.objects.usable().select_related("account")  # type: ignore[attr-defined]
        self.fields["contact"].widget = ContactSelect(Case._meta.get_field("contact"), admin.site)
        self.fields["contact"].widget.choices = self.fields["contact"].choices  # type: ignore[attr-defined]
        self.fields["request_type"].queryset = RequestType.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["product"].queryset = Product.objects.filter(is_active=True)  # type: ignore[attr-defined]


class LoopForm(forms.Form):
    """Colleagues of the customer who are to be kept in the loop."""

    contacts = ColleaguesField(label=_("Keep in the loop"), queryset=Contact.objects.none())

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "loop_%s", **kwargs})
        joined = case.participants.values("contact")
        known = colleagues(case.contact).exclude(pk__in=joined) if case.account_id else Contact.objects.none()
        self.fields["contacts"].queryset = known  # type: ignore[attr-defined]
