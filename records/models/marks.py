"""What one person keeps about records and nobody else reads: one table for records of every type.

A row names its record by type and id. It gives no right: whatever is shown of the record comes through the
record's own ``visible_to``. Whoever loses the right to a record keeps the mark, and it counts for nothing.
"""

from typing import Any

from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, User

NEW = 0
"""``record_id`` of what is still to be made."""


def one_owner(name: str) -> models.CheckConstraint:
    """Of a contact, or of a member of staff: one of the two, never both."""
    by_contact = models.Q(contact__isnull=False, user__isnull=True)
    by_user = models.Q(contact__isnull=True, user__isnull=False)
    return models.CheckConstraint(condition=by_contact | by_user, name=name)


class Mark(models.Model):
    record_type = models.CharField(_("type of record"), max_length=40)
    record_id = models.PositiveBigIntegerField(_("record"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class Follow(Mark):
    """A contact who wants to hear of a record, or explicitly does not (``is_muted``)."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    is_muted = models.BooleanField(_("muted"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("followed record")
        verbose_name_plural = _("followed records")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "record_type", "record_id"], name="records_follow_once"
            )
        ]
        indexes = [models.Index(fields=["record_type", "record_id"], name="records_follow_record")]


class Reading(Mark):
    """Until when a contact, or an agent, has read a record: what is newer is marked."""

    latest_of_two = "read_at"
    """Of two contacts who are merged: see accounts.actions.merge."""

    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            one_owner("records_reading_has_one_owner"),
            models.UniqueConstraint(
                fields=["contact", "record_type", "record_id"], name="records_reading_once"
            ),
            models.UniqueConstraint(
                fields=["user", "record_type", "record_id"], name="records_reading_once_by_staff"
            ),
        ]
        indexes = [models.Index(fields=["record_type", "record_id"], name="records_reading_record")]


class Draft(Mark):
    """What a contact or an agent has typed and not sent, about a record or about one still to be made."""

    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    values: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    """Field name → text."""
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            one_owner("records_draft_has_one_owner"),
            models.UniqueConstraint(
                fields=["contact", "user", "record_type", "record_id"],
                name="records_draft_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["record_type", "record_id"], name="records_draft_record")]


class SavedView(models.Model):
    """A list that a contact or an agent comes back to: its filters under a name. An agent may share one with
    a staff group, and remains the only one who changes it."""

    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(
        Group, verbose_name=_("shared with"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    record_type = models.CharField(_("type of record"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=500)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [
            one_owner("records_savedview_has_one_owner"),
            models.CheckConstraint(
                condition=models.Q(group=None) | models.Q(contact=None), name="records_savedview_staff_share"
            ),
            models.UniqueConstraint(
                fields=["contact", "record_type", "name"], name="records_savedview_name_once"
            ),
            models.UniqueConstraint(
                fields=["user", "record_type", "name"], name="records_savedview_name_once_by_staff"
            ),
        ]

    def __str__(self) -> str:
        return self.name
