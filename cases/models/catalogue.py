"""What the company sells and does: products, kinds of request with their own questions, and the states a case
can be in."""

from typing import Any, Self

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Priority(models.TextChoices):
    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class Product(models.Model):
    """Something the company sells, that cases are about."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(_("short name"), unique=True)
    description = models.CharField(_("description"), max_length=250, blank=True)
    is_active = models.BooleanField(_("available for new cases"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RequestType(models.Model):
    """What a customer wants: an answer, a repair, a change."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("short name"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=10)
    is_active = models.BooleanField(_("available for new cases"), default=True)

    class Meta:
        verbose_name = _("request type")
        verbose_name_plural = _("request types")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class RequestField(models.Model):
    """A question that customers answer when they open a case of one type. The answer is kept with its
    question's words."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Single line")
        LONG_TEXT = "long_text", _("Multiple lines")
        CHOICE = "choice", _("Choice")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        YES_NO = "yes_no", _("Yes or no")

    request_type = models.ForeignKey(
        RequestType, verbose_name=_("request type"), on_delete=models.CASCADE, related_name="fields"
    )
    label = models.CharField(_("question"), max_length=100)
    help_text = models.CharField(_("help text"), max_length=250, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TEXT)
    choices = ArrayField(
        models.CharField(max_length=100), verbose_name=_("choices"), default=list, blank=True,
        help_text=_("For choice questions: the choices, separated by commas."),
    )  # fmt: skip
    is_required = models.BooleanField(_("required"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=10)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["request_type", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="choice") | ~models.Q(choices=[]),
                name="cases_requestfield_choice_has_a_list",
                violation_error_message=_("Enter the choices."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def form_field(self) -> forms.Field:
        """How the question is asked in a form."""
        shared: dict[str, Any] = {
            "label": self.label,
            "help_text": self.help_text,
            "required": self.is_required,
        }
        match self.kind:
            case self.Kind.CHOICE:
                return forms.ChoiceField(
                    choices=[("", "–"), *((choice, choice) for choice in self.choices)], **shared
                )
            case self.Kind.YES_NO:
                return forms.ChoiceField(
                    choices=[("", "–"), *((str(word), word) for word in (_("Yes"), _("No")))], **shared
                )
            case self.Kind.NUMBER:
                return forms.DecimalField(max_digits=15, decimal_places=5, **shared)
            case self.Kind.DATE:
                return forms.DateField(
                    widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **shared
                )
            case self.Kind.LONG_TEXT:
                return forms.CharField(max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}), **shared)
        return forms.CharField(max_length=250, **shared)


class StatusCategory(models.TextChoices):
    """What a status means for everything that reckons: whose turn it is, whether the clocks run, whether it
    is over."""

    ACTIVE = "active", _("Active")
    WAITING = "waiting", _("Waiting for customer")
    ON_HOLD = "on_hold", _("On hold")
    RESOLVED = "resolved", _("Resolved")
    CANCELLED = "cancelled", _("Cancelled")


CLOSED = (StatusCategory.RESOLVED, StatusCategory.CANCELLED)
PAUSED = (StatusCategory.WAITING, StatusCategory.ON_HOLD)
"""While a case is there, no promise runs out."""

TRANSITIONS: dict[str, frozenset[str]] = {
    StatusCategory.ACTIVE: frozenset(StatusCategory.values),
    StatusCategory.WAITING: frozenset(StatusCategory.values),
    StatusCategory.ON_HOLD: frozenset(StatusCategory.values),
    StatusCategory.RESOLVED: frozenset({StatusCategory.RESOLVED, StatusCategory.ACTIVE}),
    StatusCategory.CANCELLED: frozenset({StatusCategory.CANCELLED, StatusCategory.ACTIVE}),
}
"""From category → to which ones a case may move. What is over can be taken up again, and nothing else."""


class CaseStatusQuerySet(models.QuerySet["CaseStatus"]):
    def offered(self) -> Self:
        return self.filter(is_active=True)

    def reachable_from(self, category: str) -> Self:
        return self.offered().filter(category__in=TRANSITIONS[category])

    def first_of(self, category: str) -> "CaseStatus":
        """The status that a category begins with: the shipped ones are never deleted, so there is one."""
        found = self.offered().filter(category=category).order_by("position", "slug").first()
        if found is None:
            raise ValidationError(_("There is no status for this. An administrator can add one."))
        return found


class CaseStatus(models.Model):
    """A state of a case in the company's own words: one wording for agents, one for customers."""

    NEW, IN_PROGRESS, WAITING = "new", "in_progress", "waiting"
    """Shipped statuses that the portal itself sets."""

    slug = models.SlugField(_("short name"), max_length=20, primary_key=True)
    category = models.CharField(_("category"), max_length=10, choices=StatusCategory, db_index=False)
    label = models.CharField(_("label for agents"), max_length=40)
    customer_label = models.CharField(_("label for customers"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=10)
    is_active = models.BooleanField(_("active"), default=True)

    objects = CaseStatusQuerySet.as_manager()

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_active=True)
                | ~models.Q(slug__in=["new", "in_progress", "waiting", "resolved", "cancelled"]),
                name="cases_casestatus_shipped_ones_stay",
                violation_error_message=_(
                    "This status is used by the portal itself. You can change its labels."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label
