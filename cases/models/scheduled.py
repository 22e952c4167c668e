"""Replies that wait for their time."""

import uuid
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.case import Case
from cases.models.catalogue import CaseStatus
from records.models import Attachment as AnyAttachment


class ScheduledReplyQuerySet(models.QuerySet["ScheduledReply"]):
    def waiting(self) -> Self:
        return self.filter(held_at=None)


class ScheduledReply(models.Model):
    """What an agent wrote, to be sent at a later time. No customer can read it: it becomes a message when it
    is sent, and this row goes.

    One that something came between (the customer wrote, the case was closed) is held: its author is told, and
    decides.
    """

    class Held(models.TextChoices):
        ANSWERED = "answered", _("the customer wrote in the meantime")
        CLOSED = "closed", _("the case was closed in the meantime")
        AUTHOR_LEFT = "author_left", _("its author can no longer answer cases")
        FILES_LOST = "files_lost", _("its files are no longer available")
        MERGED = "merged", _("it was written in a case that was merged into this one")
        REFUSED = "refused", _("the case no longer accepts it")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="scheduled_replies")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("message"))
    status = models.ForeignKey(CaseStatus, null=True, on_delete=models.SET_NULL, related_name="+")
    goes_at = models.DateTimeField(_("to be sent at"))
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    held_at = models.DateTimeField(_("held"), null=True)
    held_because = models.CharField(max_length=15, choices=Held, blank=True)
    submission = models.UUIDField(default=uuid.uuid4)

    objects = ScheduledReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled reply")
        verbose_name_plural = _("scheduled replies")
        ordering = ["goes_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "submission"], name="cases_scheduledreply_sent_once"),
            models.CheckConstraint(
                condition=models.Q(held_at=None, held_because="")
                | (models.Q(held_at__isnull=False) & ~models.Q(held_because="")),
                name="cases_scheduledreply_is_held_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["goes_at"], name="cases_scheduledreply_due", condition=models.Q(held_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.body[:60]}"

    @classmethod
    def attachment_model(cls) -> type["ScheduledFile"]:
        return ScheduledFile


class ScheduledFile(AnyAttachment):
    """A file that waits with its reply. It has no address: it is served once it is part of a message."""

    message = models.ForeignKey(ScheduledReply, on_delete=models.CASCADE, related_name="attachments")
