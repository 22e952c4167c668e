from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.mail_addresses import MailAddressField

SECRET_EVENTS = ("account/", "accounts/")
"""Mails of allauth, and ours about sign-in and invitations."""


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def undelivered(self, since: datetime) -> Self:
        """Given up, or returned by the receiver's server."""
        statuses = (OutgoingMail.Status.FAILED, OutgoingMail.Status.RETURNED)
        return self.filter(status__in=statuses, created_at__gte=since)


class OutgoingMail(models.Model):
    """A message to one person. A background job sends it; a mail server that is down delays it and loses
    nothing."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        RETURNED = "returned", _("Returned")

    event = models.CharField(_("event"), max_length=50)
    to = MailAddressField(_("to"), db_index=True)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    reply_to = models.CharField(_("reply to"), max_length=250, blank=True)
    message_id = models.CharField(_("message id"), max_length=250, unique=True)
    in_reply_to = models.CharField(_("in reply to"), max_length=250, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing email")
        verbose_name_plural = _("outgoing email")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="accounts_outgoingmail_latest"),
            models.Index(
                fields=["id"], name="accounts_outgoingmail_waiting", condition=models.Q(status="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"

    @property
    def is_secret(self) -> bool:
        """Whether the text may hold a code or a link that lets its reader in. Subjects never do: they stay
        readable."""
        return self.event.startswith(SECRET_EVENTS)

    @property
    def is_sendable(self) -> bool:
        """Neither sent nor emptied. One that was given up can be tried again, unless it was secret."""
        is_out = self.status in (self.Status.SENT, self.Status.RETURNED)
        return not is_out and not (self.is_secret and not self.text)
