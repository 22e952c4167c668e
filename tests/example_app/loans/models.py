"""Devices that customers borrow: a feature as small as one can be that has everything records have."""

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from accounts.scoping import Permitted, Privilege, RecordType, Scope, ScopedQuerySet, granted_scope
from records.models import Attachment, Message, once_and_in_order
from records.models.participation import Participant, once_in


class LoanQuerySet(ScopedQuerySet["Loan"]):
    def permitted_to(self, privilege: Privilege, contact: Permitted | None) -> Self:
        """Besides what record permissions allow: loans that a contact takes part in."""
        permitted = super().permitted_to(privilege, contact)
        if contact is None or granted_scope(contact, privilege, Loan.record_type) != Scope.CONTACT:
            return permitted
        joined = LoanParticipant.objects.filter(contact=contact.pk, loan=models.OuterRef("pk"))
        own = models.Q(contact=contact.pk) | models.Q(models.Exists(joined))
        return self.filter(own, account=contact.account_id) if privilege == "read" else permitted

    def out(self) -> Self:
        return self.filter(returned_at=None)

    def late(self, today: date | None = None) -> Self:
        return self.out().filter(due_on__lt=today or timezone.localdate())

    def matching(self, text: str) -> Self:
        return self.filter(models.Q(number__iexact=text) | models.Q(title__icontains=text))


def in_two_weeks() -> date:
    return timezone.localdate() + timedelta(days=14)


OUT = models.Q(returned_at=None)
OWNERS = {"any": [], "account": ["account"], "contact": ["contact", "account"]}
"""What each list is narrowed to first: an index for each, in each order and for each tab of few."""


class Loan(models.Model):
    record_type = RecordType("loan", _("Loans"), account="account", contact="contact", joined="participants")

    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("device"), max_length=100)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("due"), default=in_two_weeks)
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    created_at = models.DateTimeField(_("lent"), default=timezone.now)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now)

    objects = LoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        indexes = [
            *(
                models.Index(fields=[*owner, f"-{by}", "-id"], name=f"loans_{name}_{by}")
                for name, owner in OWNERS.items()
                for by in ("updated_at", "created_at")
            ),
            *(
                models.Index(
                    fields=[*owner, "-updated_at", "-id"],
                    name=f"loans_{name}_out",
                    include=["due_on"],
                    condition=OUT,
                )
                for name, owner in OWNERS.items()
            ),
            models.Index(fields=["account", "due_on"], name="loans_due", condition=OUT),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("loans:detail", args=[self.number])

    def accepts_reply_from(self, contact: Contact) -> bool:
        return contact.pk == self.contact_id or self.participants.filter(contact=contact).exists()


class LoanParticipant(Participant):
    loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="participants")

    class Meta(Participant.Meta):
        constraints, indexes = once_in("loan", "loans_loanparticipant")


class LoanMessage(Message):
    parent = "loan"
    loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="messages")

    class Meta(Message.Meta):
        constraints, indexes = once_and_in_order("loan", "loans_loanmessage")


class LoanAttachment(Attachment):
    message = models.ForeignKey(LoanMessage, on_delete=models.CASCADE, related_name="attachments")
