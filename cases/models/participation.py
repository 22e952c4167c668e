"""What contacts have to do with cases besides opening them: they take part, and keep lists."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from records.models.participation import Participant, once_in


class CaseParticipant(Participant):
    """A colleague who is kept in the loop: reads the case, answers in it and gets its mails."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="participants")

    class Meta(Participant.Meta):
        constraints, indexes = once_in("case", "cases_caseparticipant")


class SavedView(models.Model):
    """A list of cases that a contact comes back to: its filters under a name."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=500)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["contact", "name"], name="cases_savedview_name_once")]

    def __str__(self) -> str:
        return self.name
