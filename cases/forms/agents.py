"""What agents fill in on a case's page in the administration."""

import uuid
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.actions import why_not_merged
from cases.forms.minutes import MinutesField
from cases.forms.sending import FILES_HELP
from cases.models import Case, CaseMessage, CaseStatus, Queue, SavedReply
from cases.replies import saved_replies_of
from portal.lib.uploads import UploadsField


class StaffMessageForm(forms.Form):
    """The composer: an answer to the customer, or a note that only staff see.

    ``seen`` is the latest message that its writer had before their eyes: when a newer one has come, the form is refused
    once, with all that was typed.
    """

    visibility = forms.ChoiceField(
        label=_("Write"), choices=CaseMessage.Visibility.choices, initial=CaseMessage.Visibility.CUSTOMER, widget=forms.RadioSelect
    )
    saved = forms.ModelChoiceField(label=_("Saved reply"), queryset=SavedReply.objects.none(), empty_label=_("choose …"), required=False)
    body = forms.CharField(label=_("Message"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8, "cols": 80}))
    status = forms.ModelChoiceField(
        label=_("Then set the status to"), queryset=CaseStatus.objects.none(), empty_label=_("leave it"), required=False
    )
    uploads = UploadsField(label=_("Attachments"), help_text=FILES_HELP)
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, case: Case, agent: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.agent = case, agent
        self.fields["status"].queryset = CaseStatus.objects.reachable_from(case.category)  # type: ignore[attr-defined]
        self.fields["saved"].queryset = saved_replies_of(agent)  # type: ignore[attr-defined]
        newest = CaseMessage.objects.filter(case=case).order_by("-pk").values_list("pk", flat=True).first()
        self.initial.setdefault("seen", newest or 0)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        seen, newest = data.get("seen"), self.initial["seen"]
        if seen is not None and self._has_news_since(seen):
            self.data = cast("QueryDict", self.data).copy()
            self.data["seen"] = str(newest)
            raise ValidationError(_("A message has come since you opened the page. Read it above, then send yours again."))
        return data

    def _has_news_since(self, seen: int) -> bool:
        """What the agent wrote themselves, in another tab for example, is no news to them."""
        return CaseMessage.objects.filter(case=self.case, pk__gt=seen).exclude(author_user=self.agent).exists()

    @property
    def is_internal(self) -> bool:
        return bool(self.cleaned_data["visibility"] == CaseMessage.Visibility.INTERNAL)

    def chosen_reply(self) -> SavedReply | None:
        """Of a form that is not sent yet: only asked for the text of a saved reply."""
        try:
            found: SavedReply | None = self.fields["saved"].clean(self.data.get("saved"))
        except ValidationError:
            return None
        return found

    def as_typed(self, **changes: Any) -> "StaffMessageForm":
        """The same, with nothing checked yet."""
        typed = {name: self.data.get(name, "").replace("\0", "") for name in ("visibility", "body", "status", "submission", "seen")}
        return StaffMessageForm(initial={**typed, **changes}, case=self.case, agent=self.agent)


class TimeEntryForm(forms.Form):
    minutes = MinutesField(label=_("Time worked"), help_text=_("For example 20 min, 1 h 30 min or 1:30."))
    worked_on = forms.DateField(
        label=_("Day"), initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("What for"), required=False, max_length=250)
    is_billable = forms.BooleanField(label=_("Counts for the entitlement"), required=False, initial=True)

    def clean_worked_on(self) -> Any:
        day = self.cleaned_data["worked_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day is yet to come."))
        return day


class MergeForm(forms.Form):
    """Names the case that another one is merged into."""

    into = forms.CharField(label=_("Number of the case that goes on"), max_length=20)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_into(self) -> Case:
        found = Case.objects.filter(number=self.cleaned_data["into"].upper()).select_related("contact", "account", "status").first()
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
    subject = forms.CharField(label=_("Subject of the new case"), max_length=150)
    messages = MessagesField(label=_("Messages that move there"), queryset=CaseMessage.objects.none())

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = CaseMessage.objects.filter(case=case).select_related("author_contact", "author_user")
        self.fields["messages"].queryset = rows  # type: ignore[attr-defined]


class AgentForm(forms.Form):
    """To whom a number of cases goes."""

    to = forms.ModelChoiceField(
        label=_("Assign to"), queryset=User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "last_name")
    )


class QueueForm(forms.Form):
    to = forms.ModelChoiceField(label=_("Move to"), queryset=Queue.objects.all())
