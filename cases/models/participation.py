"""What contacts have to do with cases besides opening them: they take part, and keep lists."""

from django.db import models
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
