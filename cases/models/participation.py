"""What contacts have to do with a case besides opening it: they take part, read, begin an answer; and the
lists they keep."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, User


class CaseParticipant(models.Model):
    """A colleague who is kept in the loop: gets the case's mails and, if somebody asked them to join, reads
    it and answers in it. Following a case gives no right: who may no longer see it otherwise, does not see
    it."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="participants")
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="+"
    )
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    was_asked = models.BooleanField(_("was added to the loop"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "contact"], name="cases_caseparticipant_once")]
        indexes = [models.Index(fields=["contact", "case"], name="cases_caseparticipant_contact")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.contact}"


class CaseReading(models.Model):
    """Until when somebody has read a case: what is newer is marked."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["case", "contact"], name="cases_casereading_once")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.read_at}"


class Draft(models.Model):
    """What a contact has typed and not sent: of a new case (no case) or of a reply."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.CASCADE, related_name="+")
    values: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    """Field name → text."""
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(fields=["contact", "case"], name="cases_draft_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.case_id or 'new'}"
