from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from accounts.models.user import initials_of
from lib.timezones import time_zones_by_region


def _text(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        show_hidden_initial=True,
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
        **options,
    )


class ProfileForm(forms.Form):
    """What people write about themselves, as the contact they act as or, without one, as a user.

    Each field carries the value that it was shown with, so that ``changes`` holds what this reader changed
    and nothing that somebody else has changed since.
    """

    first_name = _text(gettext_lazy("First name"), "given-name", max_length=100)
    last_name = _text(gettext_lazy("Last name"), "family-name", max_length=100)
    phone = _text(gettext_lazy("Phone"), "tel", max_length=40, required=False)
    job_title = _text(gettext_lazy("Job title"), "organization-title", max_length=100, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False, show_hidden_initial=True)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        show_hidden_initial=True,
        help_text=gettext_lazy("Used for times on pages and in files."),
    )

    def __init__(self, data: QueryDict | None, *, user: User, contact: Contact | None) -> None:
        person = contact or user
        initial = {
            name: getattr(person, name, "") for name in ("first_name", "last_name", "phone", "job_title")
        }
        super().__init__(data, initial={**initial, "language": user.language, "time_zone": user.time_zone})
        self.email = person.email
        self.fields["language"].choices = [("", _("Browser default")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = _time_zones(user.time_zone)  # type: ignore[attr-defined]
        for name in self._superfluous(contact):
            del self.fields[name]

    @staticmethod
    def _superfluous(contact: Contact | None) -> list[str]:
        return [
            *([] if contact else ["phone", "job_title"]),
            *([] if len(settings.LANGUAGES) > 1 else ["language"]),
        ]

    @property
    def changes(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.changed_data}

    @property
    def initials(self) -> str:
        """Of the names as they stand in the form."""
        first_name, last_name = (
            str(self[name].value() or "").strip() for name in ("first_name", "last_name")
        )
        return initials_of(first_name, last_name, self.email)


def _time_zones(chosen: str) -> list[Any]:
    """An administrator, or the command line, may have chosen one that is no place."""
    of_portal = _("Portal default (%(zone)s)") % {"zone": settings.TIME_ZONE}
    choices: list[Any] = [("", of_portal), *time_zones_by_region()]
    known = {name for _region, zones in time_zones_by_region() for name, _place in zones}
    return choices if not chosen or chosen in known else [*choices, (chosen, chosen)]


class SessionForm(forms.Form):
    session = forms.IntegerField(min_value=1, max_value=2**63 - 1)
