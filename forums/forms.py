from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forums.models import Post, Topic
from lib.submissions import SubmissionForm

MARKDOWN_HELP = _("You can use Markdown: **bold**, lists, > quotes, and `code`.")


def body_field(label: Any, rows: int) -> forms.CharField:
    limit = Post._meta.get_field("body").max_length
    return forms.CharField(
        label=label, help_text=MARKDOWN_HELP, max_length=limit, widget=forms.Textarea(attrs={"rows": rows})
    )


class TopicForm(SubmissionForm):
    title = forms.CharField(
        label=_("Title"), help_text=_(
            "Summarize your question or subject in one line so that others can find it."
        ),
        max_length=Topic._meta.get_field("title").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    body = body_field(_("Text"), rows=10)


class ReplyForm(SubmissionForm):
    body = body_field(_("Your reply"), rows=6)
