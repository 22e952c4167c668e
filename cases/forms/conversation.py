from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.sending import FILES_HELP, SubmissionForm
from portal.lib.uploads import UploadsField
from portal.lib.widgets import Lines


class ReplyForm(SubmissionForm):
    body = forms.CharField(label=_("Your reply"), max_length=20_000, widget=Lines(attrs={"rows": 6, "dir": "auto"}))
    uploads = UploadsField(label=_("Attachments"), help_text=FILES_HELP)


class EditReplyForm(forms.Form):
    body = forms.CharField(label=_("Your reply"), max_length=20_000, widget=Lines(attrs={"rows": 8, "dir": "auto"}))
