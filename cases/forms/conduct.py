"""What customers can do with a case besides answering."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from cases.actions import entitlement_for, offered_priorities
from cases.models import Case, CaseDesk, Priority
from lib.widgets import Lines

RATINGS = (
    (5, _("5 – Very satisfied")),
    (4, _("4 – Satisfied")),
    (3, _("3 – Neutral")),
    (2, _("2 – Dissatisfied")),
    (1, _("1 – Very dissatisfied")),
)


class DeedForm(forms.Form):
    """Base of the forms that a deed asks for; ``case`` and ``contact`` say what can be chosen."""

    def __init__(self, *args: Any, case: Case, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.contact = case, contact

    @property
    def words(self) -> str:
        """Whatever was typed, as it was sent."""
        typed = (name for name, field in self.fields.items() if type(field) is forms.CharField)
        return "".join(self.data.get(name, "") for name in typed).strip()


class RatingForm(DeedForm):
    rating = forms.TypedChoiceField(
        label=_("How satisfied are you with our help?"), choices=RATINGS, coerce=int, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=2_000,
        widget=Lines(attrs={"rows": 4, "dir": "auto"}),
    )


class ResolveForm(RatingForm):
    """Whoever settles a case may rate it at once, or leave it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rating"].required = False
        if self.case.contact_id != self.contact.pk:
            del self.fields["rating"], self.fields["comment"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("comment") and not cleaned.get("rating") and "rating" not in self.errors:
            self.add_error("rating", _("Choose a rating so that we can save your comment."))
        return cleaned


class PriorityForm(DeedForm):
    priority = forms.ChoiceField(label=_("Priority"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why?"), max_length=500, widget=Lines(attrs={"rows": 3, "dir": "auto"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entitlement = self.case.entitlement or entitlement_for(self.case.contact, self.case.product)
        offered = {*offered_priorities(entitlement, CaseDesk.objects.the_one()), self.case.priority}
        self.fields["priority"].choices = [choice for choice in Priority.choices if choice[0] in offered]  # type: ignore[attr-defined]
        self.initial.setdefault("priority", self.case.priority)

    def clean_priority(self) -> str:
        """To choose what it is already would change nothing, and drop the reason."""
        priority: str = self.cleaned_data["priority"]
        if priority == self.case.priority:
            raise ValidationError(
                _("The priority is already %(priority)s."),
                params={"priority": self.case.get_priority_display()},
            )
        return priority


class EscalateForm(DeedForm):
    reason = forms.CharField(
        label=_("Why is it urgent?"), max_length=1_000, widget=Lines(attrs={"rows": 4, "dir": "auto"})
    )


class ColleaguesField(forms.ModelMultipleChoiceField[Contact]):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name} ({obj.email})"


def colleagues(contact: Contact) -> QuerySet[Contact]:
    """Whom a contact can keep in the loop: who signs in for the same account. Names are shown to
    colleagues."""
    return (
        Contact.objects.of_account(contact.account_id)
        .signing_in()
        .exclude(pk=contact.pk)
        .order_by("first_name", "last_name")
    )


class ParticipantsForm(DeedForm):
    contacts = ColleaguesField(
        label=_("Colleagues"), queryset=Contact.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        joined = self.case.participants.values("contact")
        known = colleagues(self.contact).exclude(pk__in=joined).exclude(pk=self.case.contact_id)
        self.fields["contacts"].queryset = known  # type: ignore[attr-defined]
