"""What an account has bought: cases or hours of work, and every deduction from it."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, User
from accounts.scoping import RecordType, ScopedQuerySet
from cases.models.catalogue import Priority, Product
from cases.models.sla import SlaPolicy

QUANTITY: dict[str, Any] = {"max_digits": 9, "decimal_places": 2}


class EntitlementQuerySet(ScopedQuerySet["Entitlement"]):
    def valid_on(self, day: date) -> Self:
        return self.filter(valid_from__lte=day, valid_until__gte=day, is_active=True)

    def valid_for(self, account_id: int | None, opened_at: datetime) -> Self:
        """Those of a case's account, on the day when it was opened, whatever it is about."""
        found = self.valid_on(timezone.localdate(opened_at))
        return found.filter(account=account_id) if account_id else self.none()

    def covering(self, account_id: int | None, product_id: int | None, day: date | None = None) -> Self:
        """What a day's cases (None: today's) of an account about a product draw from, the first to be used
        first: those for the product before those for all, what ends soonest before what lasts."""
        products = (
            models.Q(product=None) | models.Q(product=product_id) if product_id else models.Q(product=None)
        )
        found = (
            self.valid_on(day or timezone.localdate()).filter(products, account=account_id)
            if account_id
            else self.none()
        )
        return found.order_by(models.F("product").asc(nulls_last=True), "valid_until", "pk")

    def with_consumption(self) -> Self:
        """Load ``consumed`` in the same query."""
        spent = Deduction.objects.filter(entitlement=models.OuterRef("pk")).order_by().values("entitlement")
        total = spent.annotate(total=models.Sum("amount")).values("total")
        zero = models.Value(Decimal(0), output_field=models.DecimalField(**QUANTITY))
        return self.annotate(loaded_consumption=Coalesce(models.Subquery(total), zero))


class Entitlement(models.Model):
    """So many cases, or hours, of support that an account has for a time."""

    class Unit(models.TextChoices):
        CASES = "cases", _("Cases")
        HOURS = "hours", _("Hours")

    class Limit(models.TextChoices):
        RESTRICT = "restrict", _("Block new cases when used up")
        OVERDRAW = "overdraw", _("Allow overdraft")

    class Moment(models.TextChoices):
        OPENING = "opening", _("When a case is opened")
        RESOLVING = "resolving", _("When a case is resolved")

    record_type = RecordType("entitlement", _("Entitlements"), account="account")

    name = models.CharField(_("name"), max_length=100)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="entitlements"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Leave blank for all products."),
    )  # fmt: skip
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, default=Unit.CASES)
    amount = models.DecimalField(_("amount"), **QUANTITY)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), help_text=_("The last valid day."))
    limit = models.CharField(_("when it is used up"), max_length=10, choices=Limit, default=Limit.OVERDRAW)
    consumed_on = models.CharField(
        _("case is deducted"),
        max_length=10,
        choices=Moment,
        default=Moment.OPENING,
        help_text=_("Hours count when they are entered."),
    )
    priorities = ArrayField(
        models.CharField(max_length=10, choices=Priority),
        verbose_name=_("available priorities"),
        default=list,
        blank=True,
        help_text=_("If blank, the settings of case handling apply."),
    )
    sla_policy = models.ForeignKey(
        SlaPolicy,
        verbose_name=_("SLA policy"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = EntitlementQuerySet.as_manager()

    loaded_consumption: Decimal
    """Loaded by ``with_consumption``."""

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        ordering = ["-valid_until", "-id"]
        indexes = [models.Index(fields=["account", "-valid_until", "-id"], name="cases_entitlement_account")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")),
                name="cases_entitlement_ends_later",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0),
                name="cases_entitlement_gives_something",
                violation_error_message=_("Enter an amount greater than zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cases:entitlement", args=[self.pk])

    @property
    def consumed(self) -> Decimal:
        if hasattr(self, "loaded_consumption"):
            return self.loaded_consumption
        return Deduction.objects.filter(entitlement=self).aggregate(total=models.Sum("amount"))[
            "total"
        ] or Decimal(0)

    @property
    def remaining(self) -> Decimal:
        """Below zero: overdrawn."""
        return self.amount - self.consumed

    @property
    def reserved(self) -> int:
        """Open cases that will count once they are resolved: without them, any number could be opened on the
        last one."""
        if not self.counts(self.Moment.RESOLVING):
            return 0
        charged = Deduction.objects.filter(entitlement=self, time_entry=None, corrects=None).values("case")
        return self.cases.filter(closed_at=None).exclude(pk__in=charged).count()

    @property
    def takes_another_case(self) -> bool:
        return self.limit == self.Limit.OVERDRAW or self.remaining > self.reserved

    def counts(self, moment: str) -> bool:
        return self.unit == self.Unit.CASES and self.consumed_on == moment

    def runs_out_on(self, today: date) -> date | None:
        """The day on which it is used up if the account goes on as since its beginning; None: it lasts, or
        nothing is used."""
        days = (min(today, self.valid_until) - self.valid_from).days + 1
        if days <= 0 or self.consumed <= 0:
            return None
        left = int(max(self.remaining, Decimal(0)) / (self.consumed / days))
        ends = date.fromordinal(min(today.toordinal() + left, date.max.toordinal()))
        return ends if ends <= self.valid_until else None


class TimeEntry(models.Model):
    """Work that an agent has done for a case."""

    case = models.ForeignKey(
        "cases.Case", verbose_name=_("case"), on_delete=models.CASCADE, related_name="time_entries"
    )
    agent = models.ForeignKey(User, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField(_("minutes"))
    worked_on = models.DateField(_("day"), default=timezone.localdate)
    note = models.CharField(_("note"), max_length=250, blank=True)
    is_billable = models.BooleanField(
        _("counts toward entitlement"), default=True, help_text=_("Deducted from the entitlement.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)
    taken_back_at = models.DateTimeField(_("reversed"), null=True, editable=False)
    """It was wrong: what was deducted for it has been given back."""

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering = ["-worked_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(minutes__gt=0), name="cases_timeentry_is_some_time"),
            models.UniqueConstraint(fields=["case", "submission"], name="cases_timeentry_sent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.minutes} min"


class DeductionQuerySet(models.QuerySet["Deduction"]):
    def for_reader(self, visible_cases: models.QuerySet[Any]) -> Self:
        """For a statement, with whether each line's case is among those that its reader may see."""
        return self.select_related("case").annotate(
            is_visible=models.Exists(visible_cases.filter(pk=models.OuterRef("case")))
        )


class Deduction(models.Model):
    """One line of an entitlement's statement. A correction is a line of its own that names the one that it
    corrects."""

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="deductions")
    case: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="deductions"
    )
    time_entry = models.ForeignKey(TimeEntry, null=True, on_delete=models.PROTECT, related_name="deductions")
    corrects: "models.ForeignKey[Deduction | None, Deduction | None]" = models.ForeignKey(
        "self",
        verbose_name=_("corrects"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="corrections",
    )
    amount = models.DecimalField(_("amount"), **QUANTITY)
    at = models.DateTimeField(_("when"), default=timezone.now)
    note = models.CharField(_("note"), max_length=150, blank=True)

    objects = DeductionQuerySet.as_manager()

    is_visible: bool
    """Of for_reader: whether the reader may see the case."""

    class Meta:
        verbose_name = _("deduction")
        verbose_name_plural = _("deductions")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["entitlement", "-at", "-id"], name="cases_deduction_statement")]
        constraints = [
            models.UniqueConstraint(
                fields=["entitlement", "case"],
                name="cases_deduction_a_case_counts_once",
                condition=models.Q(time_entry=None, corrects=None, amount__gt=0),
            ),
            models.UniqueConstraint(
                fields=["entitlement", "time_entry"],
                name="cases_deduction_time_counts_once",
                condition=models.Q(corrects=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entitlement}: {self.amount}"

    @property
    def rest(self) -> Decimal:
        """What of it still stands after its corrections: no more than this can be given back."""
        corrected = Deduction.objects.filter(corrects=self.pk).aggregate(total=models.Sum("amount"))["total"]
        return self.amount + (corrected or Decimal(0))
