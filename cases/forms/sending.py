import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.widgets import HiddenLine

FILES_HELP = _("Screenshots, PDF, logs, office documents. At most 10 files of 25 MB each.")


class SubmissionForm(forms.Form):
    """A form that does its work once: ``submission`` names one sending, however often the button is pressed."""

    submission = forms.UUIDField(widget=HiddenLine, initial=uuid.uuid4)
