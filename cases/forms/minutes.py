"""Lengths of working time as people write them: "4 h", "1 h 30 min", "1:30", "90"."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST = 60 * 24 * 366
_CLOCK = re.compile(r"(?P<hours>\d{1,5}):(?P<minutes>[0-5]\d)")
_WORDS = re.compile(
    r"(?:(?P<hours>\d{1,5}(?:[.,]\d{1,2})?)\s*h(?:ours?)?)?\s*(?:(?P<minutes>\d{1,6})\s*(?:m|min|minutes?)?)?",
    re.IGNORECASE,
)


def written(minutes: int) -> str:
    """ "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


class MinutesField(forms.CharField):
    """Cleans to whole minutes; None where it is left empty."""

    default_error_messages = {
        "unclear": _("Enter a duration such as 30 min, 4 h, or 1 h 30 min."),
        "too_long": _("At most one year."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 30, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self._minutes(text) if text else None

    def _minutes(self, text: str) -> int:
        found = _CLOCK.fullmatch(text) or _WORDS.fullmatch(text)
        if found is None or not any(found.groups()):
            raise ValidationError(self.error_messages["unclear"])
        hours = float((found["hours"] or "0").replace(",", "."))
        minutes = round(hours * 60) + int(found["minutes"] or 0)
        if minutes == 0:
            raise ValidationError(self.error_messages["unclear"])
        if minutes > MOST:
            raise ValidationError(self.error_messages["too_long"])
        return minutes
