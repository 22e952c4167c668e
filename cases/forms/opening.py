"""The form of a new case: what everyone is asked, what the chosen type asks besides, and what the contract
offers."""

import re
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from cases.actions import entitlement_for, offered_priorities
from cases.forms.conduct import ColleaguesField, colleagues
from cases.models import Case, CaseDesk, Priority, Product, RequestField, RequestType
from lib.submissions import SubmissionForm
from lib.uploads import UploadsField
from lib.widgets import Lines
from records.forms.sending import FILES_HELP, storable

KEPT = ("subject", "description", "request_type", "product", "priority", "follows")
"""Of a draft, besides the answers and the colleagues."""
WRITTEN = ("subject", "description")
ANSWER = re.compile(r"answer_[0-9]{1,9}")
MAX_ANSWERS, MAX_COLLEAGUES = 50, 200
CUT = 5_000
"""Characters of anything else that a draft keeps."""


class NewCaseForm(SubmissionForm):
    subject = forms.CharField(
        label=_("Subject"),
        max_length=150,
        help_text=_("Summarize your request in one line."),
        error_messages={"required": _("Enter a subject.")},
    )
    request_type = forms.ModelChoiceField(
        label=_("What do you need?"), queryset=RequestType.objects.none(), empty_label=None
    )
    product = forms.ModelChoiceField(
        label=_("Product"), queryset=Product.objects.none(), required=False, empty_label=_("No product")
    )
    priority = forms.ChoiceField(
        label=_("Priority"),
        error_messages={"invalid_choice": _("Your support contract does not include this priority.")},
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=20_000,
        widget=Lines(attrs={"rows": 9, "data-body": "", "dir": "auto"}),
        help_text=_("What did you do, what did you expect, and what happened? You can use Markdown."),
        error_messages={"required": _("Describe what happened.")},
    )
    uploads = UploadsField(label=_("Attachments"), help_text=FILES_HELP)
    participants = ColleaguesField(
        label=_("Colleagues to keep in the loop"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They can read and reply to this case, and receive its emails."),
        error_messages={
            "invalid_choice": _("Choose from your colleagues."),
            "invalid_pk_value": _("Choose from your colleagues."),
        },
    )
    follows = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact, self.initial = contact, dict(self.initial)
        self.fields["request_type"].queryset = RequestType.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["product"].queryset = Product.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self._offer_priorities()
        self._ask_questions()
        self._offer_colleagues()

    def _offer_priorities(self) -> None:
        self.entitlement = entitlement_for(self.contact, self._chosen("product"))
        self.desk = CaseDesk.objects.the_one()
        offered = offered_priorities(self.entitlement, self.desk)
        self.fields["priority"].choices = [choice for choice in Priority.choices if choice[0] in offered]  # type: ignore[attr-defined]
        if self.initial.get("priority") not in offered:
            self.initial["priority"] = Priority.NORMAL if Priority.NORMAL in offered else offered[0]
        if self.entitlement and self.entitlement.priorities:
            self.fields["priority"].help_text = _("Priorities included in %(contract)s.") % {
                "contract": self.entitlement.name
            }

    def _ask_questions(self) -> None:
        """Those of the chosen type; at first, of the type that the list begins with."""
        chosen = self._chosen("request_type")
        if chosen is None and not self.is_bound:
            chosen = self.fields["request_type"].queryset.first()  # type: ignore[attr-defined]
        asked = (
            RequestField.objects.filter(request_type=chosen, is_active=True)
            if chosen
            else RequestField.objects.none()
        )
        self.asked = {f"answer_{question.pk}": question for question in asked}
        self.fields.update({name: question.form_field() for name, question in self.asked.items()})

    def _offer_colleagues(self) -> None:
        """Asked for once; whoever has none is not asked."""
        field: Any = self.fields["participants"]
        field.queryset = colleagues(self.contact) if self.contact.account_id else Contact.objects.none()
        field.choices = list(field.choices)
        self.colleague_count = len(field.choices)
        if not self.colleague_count:
            del self.fields["participants"]

    def _chosen(self, name: str) -> Any:
        """The row that a list stands at, before anything is checked; None: nothing that exists."""
        try:
            return self.fields[name].clean(self[name].value())
        except ValidationError:
            return None

    def clean_follows(self) -> Case | None:
        return followed_up(self.contact, self.cleaned_data["follows"])

    @cached_property
    def followed_case(self) -> Case | None:
        return followed_up(self.contact, str(self["follows"].value() or ""))

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.asked]

    @property
    def other_answers(self) -> list[tuple[str, str]]:
        """What was answered for another type: it goes along unseen, and is there again when that type is
        chosen."""
        typed = self.data if self.is_bound else self.initial
        names = [name for name in typed if ANSWER.fullmatch(name) and name not in self.asked]
        return [(name, str(typed[name])[:CUT]) for name in names[:MAX_ANSWERS]]

    @property
    def case_fields(self) -> dict[str, Any]:
        """What open_case takes, of a valid form."""
        cleaned = self.cleaned_data
        names = ("subject", "description", "request_type", "product", "priority", "uploads", "submission")
        return {
            **{name: cleaned[name] for name in names},
            "participants": cleaned.get("participants", ()),
            "follows_up": cleaned["follows"],
            "answers": self._answers(),
        }

    def _answers(self) -> list[dict[str, str]]:
        given = ((question.label, self.cleaned_data[name]) for name, question in self.asked.items())
        return [
            {"label": label, "value": _as_text(value)} for label, value in given if value not in (None, "")
        ]


def followed_up(contact: Contact, number: str) -> Case | None:
    """The closed case that a new one can follow up; what the contact does not see is as if it did not
    exist."""
    if not number or "\0" in number:
        return None
    return Case.objects.visible_to(contact).closed().filter(number=number.upper()).first()


class StartForm(forms.Form):
    """What the address of a new case can say. Anything odd is ignored."""

    subject = forms.CharField(required=False)
    follows = forms.CharField(required=False, max_length=20)

    def said(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))[:150]


class SuggestionForm(forms.Form):
    """Which suggestion was read: an address of this portal."""

    url = forms.RegexField(r"^/[^/\\]", max_length=250)


def draft_values(data: QueryDict) -> dict[str, Any]:
    """What is worth keeping of a form that is not sent, unchecked; nothing when nothing was written."""
    answers = [name for name in data if ANSWER.fullmatch(name)][:MAX_ANSWERS]
    written: dict[str, Any] = {name: _kept(name, data) for name in (*KEPT, *answers)}
    if not any(written[name].strip() for name in (*WRITTEN, *answers)):
        return {}
    people = [pk for pk in data.getlist("participants")[:MAX_COLLEAGUES] if pk.isdecimal() and len(pk) < 20]
    return {
        **{name: text for name, text in written.items() if text},
        **({"participants": people} if people else {}),
    }


def _kept(name: str, data: QueryDict) -> str:
    return storable(data.get(name, ""), *([] if name == "description" else [CUT]))


def _as_text(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
