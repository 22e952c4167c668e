"""Messages that arrive by mail."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class InboundMail(models.Model):
    """One message that arrived by mail, kept as it came until somebody has dealt with it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Not processed yet")
        ADDED = "added", _("Added")
        REFUSED = "refused", _("Refused")
        HELD = "held", _("Held")
        IGNORED = "ignored", _("Ignored")
        FAILED = "failed", _("Could not be read")

    IN_NEED = (Outcome.FAILED, Outcome.REFUSED, Outcome.HELD)
    REPEATABLE = (Outcome.FAILED, Outcome.HELD)

    message_id = models.CharField(_("message id"), max_length=250)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    sender = models.CharField(_("from"), max_length=320, blank=True)
    recipient = models.CharField(_("to"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    raw = models.BinaryField(_("message"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.WAITING)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    is_released = models.BooleanField(_("released by staff"), default=False, editable=False)
    record_type = models.CharField(_("type of record"), max_length=40, blank=True, editable=False)
    record_id = models.PositiveBigIntegerField(_("record"), null=True, editable=False)
    record_label = models.CharField(_("added to"), max_length=250, blank=True, editable=False)
    reply_id = models.PositiveBigIntegerField(_("message"), null=True, editable=False)
    """Of the message that it became, among those about the record."""
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        verbose_name = _("inbound email")
        verbose_name_plural = _("inbound emails")
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["outcome", "-received_at"], name="records_inboundmail_outcome"),
            models.Index(fields=["sender", "-received_at"], name="records_inboundmail_sender"),
            models.Index(fields=["record_type", "record_id"], name="records_inboundmail_record"),
        ]
        constraints = [
            # Programs give two messages the same id: the content tells them apart.
            models.UniqueConstraint(fields=["message_id", "digest"], name="records_inboundmail_kept_once"),
        ]

    def __str__(self) -> str:
        return self.subject or str(_("Message without a subject"))

    def belongs_to(self, record: Any) -> None:
        self.record_type, self.record_id = record.record_type.name, record.pk
        self.record_label = str(record)[:250]

    def note_added(self, record: Any, message: models.Model) -> None:
        self.belongs_to(record)
        self.reply_id, self.outcome = message.pk, self.Outcome.ADDED
