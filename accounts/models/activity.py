from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.activity_words import verb_words
from accounts.models.account import Account
from accounts.models.contact import Contact
from accounts.models.user import User
from accounts.scoping import Permitted, RecordType, granted_scope, record_types


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible_to(self, contact: Permitted | None) -> Self:
        """What customers may know happened to the records that ``contact`` may read.

        An activity carries the account and contact of its record, so each type is scoped as its records are.
        """
        conditions = [
            condition for kind in record_types() if (condition := self._condition(kind, contact)) is not None
        ]
        if not conditions:
            return self.none()
        return self.filter(models.Q(*conditions, _connector=models.Q.OR), is_internal=False)

    def about_people(self, manager: Contact | None) -> Self:
        """The log of an account, for those who look after its contacts: what happened to its people and their
        access.

        Nobody else has one. A user who is a contact of several accounts leaves a line in each; this is their
        own account's.
        """
        if manager is None or not (manager.manages("read") and manager.manages("write")):
            return self.none()
        kinds = (Account.record_type.name, Contact.record_type.name)
        return self.filter(account=manager.account_id, record_type__in=kinds, is_internal=False)

    @staticmethod
    def _condition(kind: RecordType, contact: Permitted | None) -> models.Q | None:
        scope = granted_scope(contact, "read", kind)
        if contact is None or scope is None or not kind.belongs_to_somebody:
            return None
        fields = {kind.account: "account", kind.contact: "contact"}
        owned = {fields[field]: value for field, value in kind.owner(contact, scope).items()}
        return models.Q(record_type=kind.name, **owned)


class Activity(models.Model):
    """Who did what to which record of which account, when, and from where. Append-only.

    It is the customer's timeline, the audit trail and the source of notifications. The action that makes a
    change writes it in the same transaction (accounts.actions.record_activity). ``account`` and ``contact``
    are the owners of the record; ``actor`` is who acted: empty means the system.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    actor = models.ForeignKey(
        User, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(_("name"), max_length=250, blank=True)
    verb = models.CharField(_("what"), max_length=50)
    record_type = models.CharField(_("records"), max_length=30, blank=True)
    record_id = models.CharField(_("id"), max_length=50, blank=True)
    label = models.CharField(_("record"), max_length=250, blank=True)
    url = models.CharField(_("address"), max_length=250, blank=True)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    is_internal = models.BooleanField(_("internal"), default=False, help_text=_("Never shown to customers."))
    client_ip = models.GenericIPAddressField(_("from"), null=True)
    details = models.JSONField(_("details"), default=dict)
    batch = models.UUIDField(null=True, editable=False)
    """What happens many times at once (a page loads its pictures) is one line: the first to come writes
    it."""

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch"],
                condition=models.Q(batch__isnull=False),
                name="accounts_activity_one_line_for_a_batch",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="accounts_activity_account"),
            models.Index(fields=["contact", "-at", "-id"], name="accounts_activity_contact"),
            models.Index(fields=["record_type", "record_id", "-at"], name="accounts_activity_record"),
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.label}" if self.label else self.what

    @property
    def what(self) -> str:
        """The verb in words."""
        return verb_words(self.verb)
