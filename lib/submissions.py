"""The one way to tell that something is sent twice: by a double click, a reload, or a proxy that tries again.

The page gives its form a number (``SubmissionForm``). The row that the form makes keeps it, in a field
``submission`` that is unique together with the row's parent (``<app>_<model>_sent_once``). The action locks
the parent, asks ``sent_before`` and returns what the first sending made, so that the second is answered as
the first was.
"""

import uuid
from typing import Any, TypeVar, cast

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lib.widgets import HiddenLine

M = TypeVar("M", bound=models.Model)

SENT_BEFORE = _("This was already sent from this page. If you mean to send something else, send it now.")


class SubmissionForm(forms.Form):
    """A form that makes something, once."""

    submission = forms.UUIDField(widget=HiddenLine, initial=uuid.uuid4, required=False)

    def renew(self, words: Any = SENT_BEFORE) -> None:
        """Something else was typed into a page that had been sent, one that the browser had kept for example:
        show it with ``words`` and a number of its own."""
        typed = cast("QueryDict", self.data).copy()
        typed[self.add_prefix("submission")] = str(uuid.uuid4())
        self.data = typed
        self.add_error(None, words)


def sent_before(rows: models.QuerySet[M], submission: uuid.UUID | None) -> M | None:
    """What the first sending made, of the rows of one parent. Ask with the parent locked."""
    return rows.filter(submission=submission).first() if submission else None
