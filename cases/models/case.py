import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, User
from accounts.scoping import RecordType, can
from cases.models.case_indexes import INDEXES
from cases.models.case_queryset import CaseManager
from cases.models.catalogue import (
    CLOSED,
    PAUSED,
    TRANSITIONS,
    CaseStatus,
    Priority,
    Product,
    RequestType,
    StatusCategory,
)
from cases.models.entitlement import Entitlement
from cases.models.participation import CaseParticipant
from cases.models.searched import SEARCHED
from cases.models.sla import SlaPolicy


class Case(models.Model):
    """One matter that a contact brings to the company, from opening to resolution.

    ``category`` repeats the status's, so that lists and clocks ask one column; move_to() keeps both in step.
    """

    Priority = Priority
    StatusCategory = StatusCategory

    class Origin(models.TextChoices):
        PORTAL = "portal", _("Portal")
        MAIL = "mail", _("Email")
        STAFF = "staff", _("Staff")

    record_type = RecordType(
        "case", _("Cases"), account="account", contact="contact", privileges=("read", "create", "write"),
        through=_("Messages and attachments follow their case; internal notes are never shown."),
        joined="participants",
    )  # fmt: skip

    number = models.CharField(
        _("number"),
        max_length=20,
        unique=True,
        editable=False,
        db_default=models.Func(
            template="'C-' || nextval('cases_case_number')", output_field=models.CharField()
        ),
    )
    subject = models.CharField(_("subject"), max_length=150)
    request_type = models.ForeignKey(
        RequestType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="+"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    urgency = models.GeneratedField(
        expression=models.Case(
            *(models.When(priority=value, then=rank) for rank, value in enumerate(Priority.values)), default=0
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    """The priority as a number, the most urgent the highest: what lists are sorted by."""
    status = models.ForeignKey(
        CaseStatus,
        verbose_name=_("status"),
        default=CaseStatus.NEW,
        on_delete=models.PROTECT,
        related_name="+",
        db_column="status",
    )
    category = models.CharField(
        _("category"), max_length=10, choices=StatusCategory, default=StatusCategory.ACTIVE, editable=False
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="cases"
    )
    assigned_to = models.ForeignKey(
        User,
        verbose_name=_("assigned to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"is_staff": True},
    )
    queue = models.ForeignKey(
        "cases.Queue",
        verbose_name=_("queue"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="cases",
    )
    entitlement = models.ForeignKey(
        Entitlement,
        verbose_name=_("entitlement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    sla_policy = models.ForeignKey(
        SlaPolicy,
        verbose_name=_("SLA policy"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    answers = models.JSONField(_("answers"), default=list, editable=False)
    """Of the request type's questions: ``[{"label": "Serial number", "value": "B-204"}]``, in their order."""
    origin = models.CharField(
        _("source"), max_length=10, choices=Origin, default=Origin.PORTAL, editable=False
    )
    created_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    first_reply_at = models.DateTimeField(_("first reply"), null=True, editable=False)
    waiting_since = models.DateTimeField(_("waiting for customer since"), null=True, editable=False)
    reminded_at = models.DateTimeField(_("customer reminded"), null=True, editable=False)
    reopened_at = models.DateTimeField(_("reopened"), null=True, editable=False)
    """When it was last taken up again after it was closed: what is promised is reckoned from then."""
    escalated_at = models.DateTimeField(_("escalated"), null=True, editable=False)
    lead_told_at = models.DateTimeField(_("lead notified of missed SLA target"), null=True, editable=False)
    """For agents alone; ``escalated_at`` is what the customer asked for. Empty again when the case is
    closed."""
    due_at = models.DateTimeField(
        _("due"),
        null=True,
        editable=False,
        help_text=_("The next SLA target. Blank while none is active or the case is paused."),
    )
    rating = models.PositiveSmallIntegerField(
        _("rating"),
        null=True,
        editable=False,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("1 to 5"),
    )
    rating_comment = models.TextField(_("rating comment"), blank=True, editable=False)
    rated_at = models.DateTimeField(_("rated"), null=True, editable=False)
    follows_up = models.ForeignKey(
        "self",
        verbose_name=_("follow-up of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
        editable=False,
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
        editable=False,
    )
    submission = models.UUIDField(default=uuid.uuid4, editable=False)
    search = models.GeneratedField(expression=SEARCHED, output_field=SearchVectorField(), db_persist=True)

    objects = CaseManager()

    running_clocks: list[dict[str, Any]]
    """Of for_page: ``promise`` and ``due_at`` (ISO) of what is owed, the next first."""
    paused_since: datetime | None
    people: list[dict[str, Any]]
    """Of for_page: ``pk`` and ``name`` of the contacts who are kept in the loop."""
    followed: dict[str, str] | None
    """Of for_page: ``number`` and ``subject`` of the case that this one follows up, if the reader may see
    that one."""
    following: list[dict[str, str]]
    """Of for_page: the same of the cases that follow this one up."""
    read_at: datetime | None
    is_muted: bool | None
    is_concerned: bool
    draft: dict[str, str] | None
    desk: dict[str, int]
    """Of for_page: the desk's settings that its page needs, ``reopen_days`` and ``edit_minutes``."""

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(category__in=CLOSED, closed_at__isnull=False)
                | (~models.Q(category__in=CLOSED) & models.Q(closed_at=None)),
                name="cases_case_closed_cases_have_a_closing_time",
            ),
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__gte=1, rating__lte=5),
                name="cases_case_rating_is_one_to_five",
            ),
            models.UniqueConstraint(fields=["contact", "submission"], name="cases_case_sent_once"),
        ]
        indexes = INDEXES

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("cases:detail", args=[self.number])

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def has_news(self) -> bool:
        """Whether something happened since the reader looked; asked of rows with a reading."""
        return self.read_at is not None and self.updated_at > self.read_at

    @property
    def is_late(self) -> bool:
        """Whether a promise has run out."""
        return self.due_at is not None and not self.is_closed and self.due_at < timezone.now()

    @property
    def is_waiting(self) -> bool:
        return self.category == StatusCategory.WAITING

    @property
    def is_paused(self) -> bool:
        return self.category in PAUSED

    @property
    def status_for_customer(self) -> str:
        return self.status.customer_label

    def status_for(self, reader: Contact) -> str:
        """Only whoever opened the case is told that it waits for them."""
        if self.is_waiting and reader.pk != self.contact_id:
            return gettext("Waiting for %(name)s") % {
                "name": self.contact.first_name or self.contact.full_name
            }
        return self.status_for_customer

    @property
    def badge(self) -> str:
        """Machine value for the badge's colour and icon: a new case looks different from one in progress."""
        if self.category == StatusCategory.ACTIVE:
            return CaseStatus.NEW if self.status_id == CaseStatus.NEW else CaseStatus.IN_PROGRESS
        return self.category

    def involves(self, contact: Contact | None) -> bool:
        """Whether the contact has a part in it, however it stands: opened it, works on the account's cases,
        or was asked to join."""
        if can(contact, "create", self) or can(contact, "write", self):
            return True
        if contact is None or contact.account_id != self.account_id or not can(contact, "create", Case):
            return False
        return CaseParticipant.objects.filter(case=self, contact=contact).exists()

    def fitting_policy(self) -> SlaPolicy | None:
        """Named by the entitlement, or else the one that says the most about the case."""
        if self.entitlement and self.entitlement.sla_policy_id:
            return SlaPolicy.objects.select_related("calendar").get(pk=self.entitlement.sla_policy_id)
        return SlaPolicy.objects.fitting(self.account_id, self.request_type_id, self.priority)

    def accepts_reply_from(self, contact: Contact | None) -> bool:
        """Whoever may open or work on cases like this, or takes part in it, may answer; a cancelled case
        takes no more answers."""
        return self.category != StatusCategory.CANCELLED and self.involves(contact)

    def may_be_closed_by(self, contact: Contact | None) -> bool:
        """Its contact, and colleagues who work on the account's cases, may say that it is over."""
        return not self.is_closed and self._is_worked_on_by(contact)

    def is_settled(self, window: timedelta, now: datetime) -> bool:
        """Resolved so long ago that customers no longer take it up again: they open a follow-up case."""
        return (
            self.category == StatusCategory.RESOLVED
            and self.closed_at is not None
            and self.closed_at + window <= now
        )

    def may_be_reopened_by(self, contact: Contact | None, *, window: timedelta, now: datetime) -> bool:
        return (
            self.category == StatusCategory.RESOLVED
            and not self.is_settled(window, now)
            and self._is_worked_on_by(contact)
        )

    def may_be_rated_by(self, contact: Contact | None) -> bool:
        return (
            self.category == StatusCategory.RESOLVED and contact is not None and contact.pk == self.contact_id
        )

    @property
    def takes_edits(self) -> bool:
        """Whether what was said can still be put right."""
        return not self.is_closed and self.merged_into_id is None

    def may_move_to(self, status: CaseStatus) -> bool:
        """What was merged into another case stays cancelled: what was said in it has gone there."""
        return self.merged_into_id is None and status.category in TRANSITIONS[self.category]

    def move_to(self, status: CaseStatus, *, now: datetime) -> None:
        """Set the status and what goes with it; the caller saves."""
        self.status, self.category = status, status.category
        self.closed_at = (self.closed_at or now) if self.category in CLOSED else None
        self.waiting_since = (self.waiting_since or now) if self.is_waiting else None
        if not self.is_waiting:
            self.reminded_at = None

    def _is_worked_on_by(self, contact: Contact | None) -> bool:
        return can(contact, "write", self) or (
            contact is not None and contact.pk == self.contact_id and can(contact, "create", self)
        )
