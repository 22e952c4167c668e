"""What agents write in a case: an answer or a note, and what is to happen to the case with it."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from accounts.models import Activity, User
from cases.actions import Then
from cases.customer_hours import customer_hours
from cases.display.saved_replies import saved_replies_of
from cases.models import Case, CaseMessage, CaseStatus, CaseStep, Priority, Queue, SavedReply, StatusCategory
from lib.submissions import SubmissionForm
from lib.uploads import UploadsField
from lib.widgets import Lines
from records.forms.sending import FILES_HELP, storable

KEPT = ("visibility", "body", "status", "priority", "queue", "assigns_me")
RESOLVE = "resolve"
CHOSEN_TIME = "at"
LATEST = timedelta(days=365)
"""From now: until then a reply may wait."""


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


def open_steps_words(count: int) -> str:
    """Why a case is not resolved at once."""
    words = ngettext(
        "One step of the checklists is not done. Resolve anyway?",
        "%(count)d steps of the checklists are not done. Resolve anyway?",
        count,
    )
    return words % {"count": count}


class StaffMessageForm(SubmissionForm):
    """The composer.

    ``seen`` is the latest message, ``seen_status`` the status that its writer had before their eyes, and
    ``seen_steps`` the number of open steps that they were told of: when something has happened since, or a
    case with open steps is to be resolved, the form is refused once, with all that was typed.
    """

    visibility = forms.ChoiceField(
        label=_lazy("Message type"),
        choices=CaseMessage.Visibility.choices,
        initial=CaseMessage.Visibility.CUSTOMER,
        widget=forms.RadioSelect,
    )
    body = forms.CharField(
        label=_lazy("Message"), max_length=20_000, widget=Lines(attrs={"rows": 2, "data-body": ""})
    )
    status = forms.ModelChoiceField(
        label=_lazy("Set status to"), queryset=CaseStatus.objects.none(), required=False
    )
    priority = forms.ChoiceField(
        label=_lazy("Set priority to"), choices=[("", ""), *Priority.choices], required=False
    )
    queue = forms.ModelChoiceField(label=_lazy("Move to"), queryset=Queue.objects.all(), required=False)
    assigns_me = forms.BooleanField(label=_lazy("Assign the case to me"), required=False)
    uploads = UploadsField(label=_lazy("Attachments"), help_text=FILES_HELP)
    later = forms.CharField(required=False)
    later_at = forms.DateTimeField(
        label=_lazy("Send at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**63 - 1)
    seen_status = forms.CharField(widget=forms.HiddenInput, required=False)
    seen_steps = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31)

    def __init__(self, *args: Any, case: Any, agent: User, newest: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "composer_%s", **kwargs})
        self.case, self.agent = case, agent
        self.fields["status"].queryset = CaseStatus.objects.reachable_from(case.category)  # type: ignore[attr-defined]
        latest = newest if newest is not None else self._newest()
        self.initial = {"seen": latest, "seen_status": case.status_id, **self.initial}
        self.now = {"seen": str(latest), "seen_status": str(case.status_id)}

    def _newest(self) -> int:
        said = CaseMessage.objects.filter(case=self.case).order_by("-pk").values_list("pk", flat=True)
        return said.first() or 0

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.resolves:
            data["status"] = CaseStatus.objects.first_of(StatusCategory.RESOLVED)
        news = [
            *self._newer_message(data.get("seen")),
            *self._newer_status(data.get("seen_status")),
            *self._open_steps(data),
        ]
        if news:
            self.data = cast("QueryDict", self.data).copy()
            self.data.update(self.now)
            raise ValidationError(news)
        self._set_time(data)
        return data

    @property
    def resolves(self) -> bool:
        """By the button, whatever status was chosen beside it."""
        return self.data.get("then") == RESOLVE

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

    def _open_steps(self, data: dict[str, Any]) -> list[str]:
        status = data.get("status")
        if status is None or status.category != StatusCategory.RESOLVED:
            return []
        count = CaseStep.objects.open().filter(case=self.case).count()
        self.now["seen_steps"] = str(count)
        return [open_steps_words(count)] if count > (data.get("seen_steps") or 0) else []

    def _set_time(self, data: dict[str, Any]) -> None:
        """Of a reply that is sent later: moved to where the customer's working hours go on."""
        data["goes_at"] = None
        if not (wanted := data.get("later")):
            return
        moment = data.get("later_at") if wanted == CHOSEN_TIME else _moment(wanted)
        if "later_at" in self.errors:
            return
        if moment is None or moment <= timezone.now():
            self.add_error("later_at", _("Choose a time in the future."))
        elif moment > timezone.now() + LATEST:
            self.add_error("later_at", _("Choose a time within a year."))
        else:
            data["goes_at"] = customer_hours(self.case).open_from(moment)

    @property
    def is_internal(self) -> bool:
        return bool(self.cleaned_data["visibility"] == CaseMessage.Visibility.INTERNAL)

    @property
    def then(self) -> Then:
        names = ("status", "priority", "queue", "assigns_me", "goes_at")
        return Then(**{name: self.cleaned_data[name] for name in names})

    def chosen_reply(self) -> SavedReply | None:
        """Of a form that is not sent yet: only asked for the text of a saved reply."""
        pk = self.data.get("insert", "")
        is_key = pk.isascii() and pk.isdigit() and len(pk) < 19
        return saved_replies_of(self.agent).filter(pk=pk).first() if is_key else None

    def as_typed(self, **changes: Any) -> "StaffMessageForm":
        """The same, with nothing checked yet."""
        names = (*KEPT, "submission", "seen", "seen_status", "seen_steps", "later_at")
        typed = {name: self.data.get(name, "").replace("\0", "") for name in names}
        return StaffMessageForm(initial={**typed, **changes}, case=self.case, agent=self.agent)


def _moment(text: str) -> datetime | None:
    """As the page wrote it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
