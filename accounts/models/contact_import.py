import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.models.contact import Contact


class ContactImport(models.Model):
    """A list of colleagues that a portal user manager brings in: checked first, then created all or not at
    all."""

    class Status(models.TextChoices):
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contact_imports")
    created_by = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=150)
    rows = models.JSONField(
        default=list, help_text=_("As read: first name, last name, email, phone, job title, roles")
    )
    errors = models.JSONField(default=list, help_text=_("Row number and what is wrong with it"))
    status = models.CharField(max_length=10, choices=Status, default=Status.CHECKED)
    done = models.PositiveIntegerField(default=0)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = _("contact import")
        verbose_name_plural = _("contact imports")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["account", "submission"], name="accounts_contactimport_sent_once")
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def total(self) -> int:
        return len(self.rows)
