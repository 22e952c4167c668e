import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseMessage, Product, RequestType
from portal.lib.uploads import UploadsField

FILES_HELP = _("Screenshots, PDF, logs, office documents. At most 10 files of 25 MB each.")


class SubmissionForm(forms.Form):
    """A form that does its work once: ``submission`` names one sending, however often the button is pressed."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class NewCaseForm(SubmissionForm):
    subject = forms.CharField(label=_("Subject"), max_length=150, help_text=_("One line that says what it is about."))
    request_type = forms.ModelChoiceField(label=_("What do you need?"), queryset=RequestType.objects.none(), empty_label=None)
    product = forms.ModelChoiceField(
        label=_("Product"), queryset=Product.objects.none(), required=False, empty_label=_("Not about a product")
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Case.Priority.choices, initial=Case.Priority.NORMAL)
    description = forms.CharField(
        label=_("Description"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("What did you do, what did you expect, what happened? You can use Markdown."),
    )
    uploads = UploadsField(label=_("Attachments"), help_text=FILES_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_type"].queryset = RequestType.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["product"].queryset = Product.objects.filter(is_active=True)  # type: ignore[attr-defined]


class ReplyForm(SubmissionForm):
    body = forms.CharField(label=_("Your reply"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    uploads = UploadsField(label=_("Attachments"), help_text=FILES_HELP)


class StaffMessageForm(forms.Form):
    """The composer of the administration: an answer to the customer, or a note that only staff see."""

    visibility = forms.ChoiceField(
        label=_("Write"), choices=CaseMessage.Visibility.choices, initial=CaseMessage.Visibility.CUSTOMER, widget=forms.RadioSelect
    )
    body = forms.CharField(label=_("Message"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8, "cols": 80}))
    status = forms.ChoiceField(label=_("Then set the status to"), choices=[("", _("leave it")), *Case.Status.choices], required=False)
    uploads = UploadsField(label=_("Attachments"), help_text=FILES_HELP)
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    @property
    def is_internal(self) -> bool:
        return bool(self.cleaned_data["visibility"] == CaseMessage.Visibility.INTERNAL)


class CaseFilterForm(forms.Form):
    """The list's address: which view, which words. Nothing that is typed there makes an error; what is unknown is ignored."""

    VIEWS = (("active", _("Active")), ("resolved", _("Resolved")), ("all", _("All")))

    view = forms.ChoiceField(choices=VIEWS, required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Search"), required=False, max_length=150)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("Any status")), *Case.STATUS_FOR_CUSTOMERS.items()])
    who = forms.ChoiceField(label=_("Opened by"), required=False, choices=[("", _("Everyone")), ("me", _("Me"))])

    def __init__(self, data: QueryDict, *, shows_contacts: bool) -> None:
        super().__init__(data)
        if not shows_contacts:
            del self.fields["who"]
        if (closed := {"resolved": True, "active": False, "": False}.get(self.data.get("view", ""))) is not None:
            self._offer_statuses(is_closed=closed)

    def _offer_statuses(self, *, is_closed: bool) -> None:
        """Only those that cases of this view can have."""
        offered = [item for item in Case.STATUS_FOR_CUSTOMERS.items() if (item[0] in Case.CLOSED) == is_closed]
        self.fields["status"] = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("Any status")), *offered])

    def chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")
