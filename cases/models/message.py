from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from records.models import Attachment as AnyAttachment
from records.models import Message, once_and_in_order


class CaseMessage(Message):
    parent = "case"
    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.CASCADE, related_name="messages")

    class Meta(Message.Meta):
        constraints, indexes = once_and_in_order("case", "cases_casemessage")


class Attachment(AnyAttachment):
    message = models.ForeignKey(CaseMessage, on_delete=models.CASCADE, related_name="attachments")
