"""What agents fill in on a case's page in the administration."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from cases.actions import why_not_merged
from cases.forms.minutes import MinutesField
from cases.models import Case, CaseMessage, CaseStatus, Priority, Queue, agents
from lib.submissions import SubmissionForm


class TimeEntryForm(SubmissionForm):
    """Fields have names in the page that no other of its forms uses."""

    minutes = MinutesField(
        label=_lazy("Time spent"), help_text=_lazy("For example 20 min, 1 h 30 min, or 1:30.")
    )
    worked_on = forms.DateField(
        label=_lazy("Day"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=_lazy("Description"), required=False, max_length=250,
        help_text=_lazy("Shown to the customer in the contract statement if the contract counts hours."),
    )  # fmt: skip
    is_billable = forms.BooleanField(
        label=_lazy("Counts toward the entitlement"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "time_%s", **kwargs})

    def clean_worked_on(self) -> Any:
        day = self.cleaned_data["worked_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This date is in the future."))
        return day


class MergeForm(forms.Form):
    """Names the case that another one is merged into."""

    into = forms.CharField(label=_lazy("Number of the case to keep"), max_length=20)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_into(self) -> Case:
        found = (
            Case.objects.filter(number=self.cleaned_data["into"].upper())
            .select_related("contact", "account", "status")
            .first()
        )
        if found is None:
            raise ValidationError(_("There is no case with this number."))
        if reason := why_not_merged(self.case, found):
            raise ValidationError(reason)
        return found


class MessagesField(forms.ModelMultipleChoiceField[CaseMessage]):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        kind = f" ({obj.get_visibility_display()})" if obj.is_internal else ""
        text = " ".join(obj.body.split())
        return f"{obj.author_name}, {timezone.localtime(obj.created_at):%Y-%m-%d %H:%M}{kind}: {text[:120]}"


class SplitForm(forms.Form):
    subject = forms.CharField(label=_lazy("Subject of the new case"), max_length=150)
    messages = MessagesField(label=_lazy("Messages to move"), queryset=CaseMessage.objects.none())

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = CaseMessage.objects.filter(case=case).select_related("author_contact", "author_user")
        self.fields["messages"].queryset = rows  # type: ignore[attr-defined]


class AgentField(forms.ModelChoiceField[User]):
    """Colleagues are known by their names."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name())


class AgentForm(forms.Form):
    """To whom a number of cases goes."""

    to = AgentField(
        label=_lazy("Assign to"),
        queryset=User.objects.none(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = agents()  # type: ignore[attr-defined]


class QueueForm(forms.Form):
    to = forms.ModelChoiceField(label=_lazy("Move to"), queryset=Queue.objects.all())


class StatusForm(forms.Form):
    to = forms.ModelChoiceField(label=_lazy("Set status to"), queryset=CaseStatus.objects.offered())


class PriorityForm(forms.Form):
    to = forms.ChoiceField(label=_lazy("Set priority to"), choices=Priority.choices, initial=Priority.NORMAL)


class KeptCaseForm(forms.Form):
    """Of several cases, the one that the others are merged into."""

    to = forms.TypedChoiceField(label=_lazy("Case to keep"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, cases: Sequence[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        oldest_first = sorted(cases, key=lambda case: case.pk)
        kept: Any = self.fields["to"]
        kept.choices = [(str(case.pk), str(case)) for case in oldest_first]
        kept.coerce = {str(case.pk): case for case in cases}.get
        kept.initial = str(oldest_first[0].pk) if oldest_first else None
