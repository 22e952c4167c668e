"""Contacts who were let into one record. They read it, so a feature keeps them in a table of its own, with a
foreign key; who only wants to hear of a record has a Follow, which lets nobody in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, User


class Participant(models.Model):
    """The child names the record and says that a contact is in it once::

        class LoanParticipant(Participant):
            loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="participants")

            class Meta(Participant.Meta):
                constraints, indexes = once_in("loan", "loans_loanparticipant")

    The record type's ``joined`` names the relation, and the queryset lets participants in.
    """

    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="+"
    )
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.contact)


def once_in(parent: str, table: str) -> tuple[list[models.BaseConstraint], list[models.Index]]:
    """Constraints and indexes: what an abstract model cannot say, for it does not know its parent."""
    return (
        [models.UniqueConstraint(fields=[parent, "contact"], name=f"{table}_once")],
        [models.Index(fields=["contact", parent], name=f"{table}_contact")],
    )
