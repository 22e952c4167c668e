"""What agents fill in on a case's page in the administration."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Activity, User
from cases.actions import why_not_merged
from cases.display.saved_replies import saved_replies_of
from cases.forms.minutes import MinutesField
from cases.models import Case, CaseMessage, CaseStatus, Priority, Queue, SavedReply, StatusCategory
from lib.submissions import SubmissionForm
from lib.uploads import UploadsField
from lib.widgets import Lines
from records.forms.sending import FILES_HELP, storable

KEPT = ("visibility", "body", "status")


def typed_in_composer(data: QueryDict) -> dict[str, str] | None:
    """What came of the composer, unchecked, as a draft keeps it: without NUL and lone surrogates. None:
    nothing did."""
    return {name: storable(data.get(name, "")) for name in KEPT} if "body" in data else None


def status_news(case: Case, agent: User, seen: str) -> str:
    """Who gave the case another status than the one that the agent had before their eyes. What they did
    themselves, in another tab for example, is no news to them."""
    if not seen or seen == case.status_id:
        return ""
    changes = Activity.objects.filter(record_type="case", record_id=str(case.pk), verb="case.status_changed")
    change = changes.order_by("-at", "-pk").first()
    if change is None or change.actor_id == agent.pk:
        return ""
    return _what_happened(case) % {"who": change.actor_name or _("The system"), "status": case.status}


def _what_happened(case: Case) -> str:
    if case.category == StatusCategory.RESOLVED:
        return _("%(who)s resolved this case in the meantime.")
    if case.category == StatusCategory.CANCELLED:
        return _("%(who)s cancelled this case in the meantime.")
    return _("%(who)s changed the status to %(status)s in the meantime.")


class StaffMessageForm(SubmissionForm):
    """The composer: an answer to the customer, or a note that only staff see.

    ``seen`` is the latest message and ``seen_status`` the status that its writer had before their eyes: when
    something has happened since, the form is refused once, with all that was typed.
    """

    visibility = forms.ChoiceField(
        label=_lazy("Message type"),
        choices=CaseMessage.Visibility.choices,
        initial=CaseMessage.Visibility.CUSTOMER,
        widget=forms.RadioSelect,
    )
    saved = forms.ModelChoiceField(
        label=_lazy("Saved reply"),
        queryset=SavedReply.objects.none(),
        empty_label=_lazy("Choose…"),
        required=False,
    )
    body = forms.CharField(
        label=_lazy("Message"), max_length=20_000, widget=Lines(attrs={"rows": 8, "cols": 80})
    )
    status = forms.ModelChoiceField(
        label=_lazy("Set status to"),
        queryset=CaseStatus.objects.none(),
        empty_label=_lazy("Automatic"),
        required=False,
    )
    uploads = UploadsField(label=_lazy("Attachments"), help_text=FILES_HELP)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**63 - 1)
    seen_status = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Case, agent: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "composer_%s", **kwargs})
        self.case, self.agent = case, agent
        self.fields["status"].queryset = CaseStatus.objects.reachable_from(case.category)  # type: ignore[attr-defined]
        self.fields["saved"].queryset = saved_replies_of(agent)  # type: ignore[attr-defined]
        newest = CaseMessage.objects.filter(case=case).order_by("-pk").values_list("pk", flat=True).first()
        self.initial = {"seen": newest or 0, "seen_status": case.status_id, **self.initial}
        self.now = {"seen": str(newest or 0), "seen_status": str(case.status_id)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        news = [*self._newer_message(data.get("seen")), *self._newer_status(data.get("seen_status"))]
        if news:
            self.data = cast("QueryDict", self.data).copy()
            self.data.update(self.now)
            raise ValidationError(news)
        return data

    def _newer_message(self, seen: int | None) -> list[str]:
        """What the agent wrote themselves, in another tab for example, is no news to them."""
        newer = CaseMessage.objects.filter(case=self.case, pk__gt=seen or 0).exclude(author_user=self.agent)
        if seen is None or not newer.exists():
            return []
        return [_("A new message arrived since you opened this page. Read it above, then send yours again.")]

    def _newer_status(self, seen: str | None) -> list[str]:
        """A choice that fits no longer is made again, and is no error beside this one."""
        happened = status_news(self.case, self.agent, seen or "")
        if not happened:
            return []
        again = _("Choose the status again.") if self.errors.pop("status", None) else ""
        return [" ".join(filter(None, (happened, again, _("Send it anyway?"))))]

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
        names = ("visibility", "body", "status", "submission", "seen", "seen_status")
        typed = {name: self.data.get(name, "").replace("\0", "") for name in names}
        return StaffMessageForm(initial={**typed, **changes}, case=self.case, agent=self.agent)


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
        queryset=User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "last_name"),
    )


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
