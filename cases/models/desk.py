"""The agents' side: queues and how cases get there, texts to answer with, who is writing."""

import re
from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, User
from cases.models.case import Case
from cases.models.catalogue import CaseStatus, Priority, Product, RequestType


class Queue(models.Model):
    """Cases that a group of agents looks after."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    agents = models.ManyToManyField(
        User, verbose_name=_("agents"), blank=True, related_name="+", limit_choices_to={"is_staff": True}
    )
    lead = models.ForeignKey(
        User, verbose_name=_("lead"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        limit_choices_to={"is_staff": True},
        help_text=_(
            "Notified of missed SLA targets and escalated cases. If blank, the people named under "
            "Case handling are notified."
        ),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=10)
    last_assigned = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def next_agent(self) -> User | None:
        """In turn, in the order of their ids; those who are switched off are passed over. The caller holds
        the row's lock."""
        agents = list(self.agents.filter(is_active=True, is_staff=True).order_by("pk"))
        later = [agent for agent in agents if self.last_assigned_id and agent.pk > self.last_assigned_id]
        return next(iter(later or agents), None)


class RoutingRuleQuerySet(models.QuerySet["RoutingRule"]):
    def for_case(self, case: Case) -> "RoutingRule | None":
        """The first rule, in order, that fits."""
        fits = (
            models.Q(request_type=None) | models.Q(request_type=case.request_type_id),
            models.Q(product=None) | models.Q(product=case.product_id),
            models.Q(account=None) | models.Q(account=case.account_id),
            models.Q(priority__in=("", case.priority)),
        )
        return self.filter(*fits, is_active=True).select_related("queue", "agent", "checklist").first()

    def active(self) -> Self:
        return self.filter(is_active=True)


class RoutingRule(models.Model):
    """Where a new case goes. What is left empty fits every case."""

    position = models.PositiveSmallIntegerField(
        _("position"), default=10, help_text=_("The first matching rule applies.")
    )
    request_type = models.ForeignKey(
        RequestType, verbose_name=_("type"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, blank=True)
    queue = models.ForeignKey(Queue, verbose_name=_("queue"), on_delete=models.CASCADE, related_name="rules")
    agent = models.ForeignKey(
        User, verbose_name=_("agent"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        limit_choices_to={"is_staff": True},
    )  # fmt: skip
    round_robin = models.BooleanField(_("assign to the queue's agents in turn"), default=False)
    checklist = models.ForeignKey(
        "cases.Checklist", verbose_name=_("checklist"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+", help_text=_("Its steps are added to the new case."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agent=None) | models.Q(round_robin=False),
                name="cases_routingrule_one_way_to_an_agent",
                violation_error_message=_("Choose either one agent or the queue's agents in turn, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.queue}"

    def next_agent(self) -> User | None:
        """Who would get a case now; None: it waits in the queue."""
        if self.round_robin:
            return self.queue.next_agent()
        return self.agent if self.agent and self.agent.is_active else None


PLACEHOLDER = re.compile(r"\{(\w{1,30})\}")
PLACEHOLDERS = ("first_name", "number", "subject", "agent", "product")


def validate_placeholders(text: str) -> None:
    """One that is not known would reach the customer as it is typed."""
    unknown = sorted({name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS})
    if unknown:
        words = {"unknown": in_braces(unknown), "known": in_braces(PLACEHOLDERS)}
        raise ValidationError(_("Unknown placeholders: %(unknown)s. You can use: %(known)s."), params=words)


def in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


class SavedReply(models.Model):
    """A text to answer with, its placeholders filled in by cases.display.saved_replies. One that says what
    happens to the case besides is a macro: it fills the composer, and takes effect when that is sent."""

    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(
        _("text"), validators=[validate_placeholders],
        help_text=_("Markdown. You can use {first_name}, {number}, {subject}, {agent}, and {product}."),
    )  # fmt: skip
    owner = models.ForeignKey(
        User,
        verbose_name=_("only for"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Leave blank to offer it to all agents."),
    )
    is_note = models.BooleanField(_("is an internal note"), default=False)
    then_status = models.ForeignKey(
        CaseStatus, verbose_name=_("then set the status to"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    then_priority = models.CharField(
        _("then set the priority to"), max_length=10, choices=Priority, blank=True
    )
    then_queue = models.ForeignKey(
        Queue, verbose_name=_("then move to the queue"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    assigns_me = models.BooleanField(_("then assign the case to whoever sends it"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("saved reply")
        verbose_name_plural = _("saved replies")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Composing(models.Model):
    """An agent who is writing in a case now, so that a colleague does not answer at the same time."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("agent at work")
        verbose_name_plural = _("agents at work")
        constraints = [models.UniqueConstraint(fields=["case", "agent"], name="cases_composing_once")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.agent}"


class SuggestionReading(models.Model):
    """A contact read a suggestion instead of, or before, opening a case; counted honestly afterwards
    (cases.insight)."""

    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="+"
    )
    url = models.CharField(_("address"), max_length=250)
    read_at = models.DateTimeField(_("read"), default=timezone.now)

    class Meta:
        verbose_name = _("suggestion view")
        verbose_name_plural = _("suggestion views")
        ordering = ["-read_at"]
        indexes = [models.Index(fields=["contact", "read_at"], name="cases_suggestionreading_who")]

    def __str__(self) -> str:
        return self.url
