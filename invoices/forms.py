from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from invoices.filters import InvoiceFilter
from invoices.models import Invoice, InvoiceLine, InvoiceSettings, Payment
from invoices.pdf import validate_logo
from lib.submissions import SubmissionForm
from records.forms.lists import DayInput, ListForm


class InvoiceListForm(ListForm):
    views = [("", _("All")), ("open", _("Open")), ("overdue", _("Overdue")), ("paid", _("Paid"))]
    makes = InvoiceFilter
    folded = ("since", "until")

    q = forms.CharField(
        label=_("Number or purchase order"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def more_fields(self) -> dict[str, forms.Field]:
        return {
            "since": forms.DateField(label=_("Issued on or after"), required=False, widget=DayInput()),
            "until": forms.DateField(label=_("Issued on or before"), required=False, widget=DayInput()),
        }


class PaymentForm(forms.ModelForm[Payment], SubmissionForm):
    """``expected_balance`` is what the page showed as left to pay, so that nothing is paid twice by two
    people."""

    expected_balance = forms.DecimalField(widget=forms.HiddenInput)

    class Meta:
        model = Payment
        fields = ("amount", "received_on", "method", "reference")
        widgets = {"received_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, invoice: Invoice, **options: Any) -> None:
        super().__init__(*args, **{**options, "initial": {"amount": invoice.balance}})
        self.fields["amount"].label = _("Amount in %(currency)s") % {"currency": invoice.currency}


class VoidForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=250,
        required=False,
        help_text=_("For the log; customers do not see it."),
    )


class InvoiceSettingsForm(forms.ModelForm[InvoiceSettings]):
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        model = InvoiceSettings
        fields = (
            "legal_name", "address", "vat_number", "email", "phone", "logo", "footer_text",
            "bank_name", "iban", "bic", "number_prefix", "next_number",
        )  # fmt: skip
        widgets = {
            "logo": forms.FileInput
        }  # not the admin's: it links to the file, and private files have no address

    def clean_logo(self) -> Any:
        logo = self.cleaned_data["logo"]
        if isinstance(logo, UploadedFile):
            validate_logo(logo)
        return logo

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("remove_logo"):
            data["logo"] = False  # clears the field; see FileField.save_form_data
        return data


class InvoiceLineForm(forms.ModelForm[InvoiceLine]):
    """A line as wide as a table row."""

    class Meta:
        model = InvoiceLine
        fields = ("position", "sku", "description", "quantity", "unit", "unit_price", "tax_rate")
        widgets = {
            "position": forms.TextInput(attrs={"size": 2}),
            "sku": forms.TextInput(attrs={"size": 8}),
            "description": forms.TextInput(attrs={"size": 24}),
            "quantity": forms.TextInput(attrs={"size": 6}),
            "unit": forms.TextInput(attrs={"size": 6}),
            "unit_price": forms.TextInput(attrs={"size": 9}),
            "tax_rate": forms.TextInput(attrs={"size": 5}),
        }
