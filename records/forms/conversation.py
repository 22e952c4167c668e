from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lib.submissions import SubmissionForm
from lib.uploads import UploadsField
from lib.widgets import Lines
from records.actions.messages import ONLY_FILES
from records.forms.sending import FILES_HELP


class ReplyForm(SubmissionForm):
    """A text, files, or both."""

    body = forms.CharField(
        label=_("Your reply"),
        max_length=20_000,
        required=False,
        widget=Lines(attrs={"rows": 6, "dir": "auto"}),
    )
    uploads = UploadsField(label=_("Attachments"), help_text=FILES_HELP)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("body") and not self.has_error("body") and not self.has_error("uploads"):
            if not cleaned.get("uploads"):
                raise ValidationError({"body": _("Enter your reply or attach a file.")})
            cleaned["body"] = str(ONLY_FILES)
        return cleaned


class EditReplyForm(forms.Form):
    body = forms.CharField(
        label=_("Your reply"), max_length=20_000, widget=Lines(attrs={"rows": 8, "dir": "auto"})
    )
