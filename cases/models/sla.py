"""Service levels: in which hours the company works, what it promises for which cases, and how each promise
stands."""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo

import holidays
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from cases.models.catalogue import Priority, RequestType
from lib.business_time import BusinessHours, Span
from lib.timezones import validate_time_zone

WHOLE_COUNTRY = "ALL"
"""Instead of a region: only the days that all regions have."""


def validate_country(code: str) -> None:
    if code not in holidays.list_supported_countries():
        raise ValidationError(
            _("Enter the two-letter code of a country with known holidays, for example DE or US.")
        )


def region_of(country: str, typed: str) -> str:
    """The code of a region, for which its name may be typed. A country with regions needs one: what its list
    leaves to them would be a working day."""
    known = holidays.list_supported_countries().get(country, [])
    names = getattr(holidays.country_holidays(country), "subdivisions_aliases", {}) if known else {}
    codes: dict[str, str] = {name.casefold(): code for name, code in names.items()}
    codes |= {code.casefold(): code for code in [*known, *([WHOLE_COUNTRY] if known else [""])]}
    try:
        return codes[typed.strip().casefold()]
    except KeyError:
        words = _("Public holidays differ between regions. Enter one of: %(regions)s; or ALL.")
        if typed:
            words = _("The holidays of this region are not known. Possible regions: %(regions)s.")
        regions = {"regions": ", ".join(known) or "–"}
        raise ValidationError({"subdivision": words % regions}) from None


class BusinessCalendar(models.Model):
    """When the desk works. Several intervals a day; public holidays of a country, and days of the company's
    own."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="UTC", validators=[validate_time_zone]
    )
    country = models.CharField(
        _("holidays of"),
        max_length=2,
        blank=True,
        validators=[validate_country],
        help_text=_("Two-letter code, for example DE. Leave blank for none."),
    )
    subdivision = models.CharField(
        _("state or region"),
        max_length=60,
        blank=True,
        help_text=_(
            "For example, BY for Bavaria. Enter ALL for only those holidays that the whole country has."
        ),
    )

    class Meta:
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.subdivision = region_of(self.country, self.subdivision)

    def hours(self) -> BusinessHours:
        """Two queries; the answer is to be kept for the request that asks."""
        week: list[list[tuple[time, time]]] = [[] for _day in range(7)]
        for interval in self.intervals.all():
            week[interval.weekday].append((interval.opens, interval.closes))
        own = frozenset(self.closed_days.values_list("day", flat=True))
        country, subdivision = self.country, self.subdivision

        def is_holiday(day: date) -> bool:
            return day in own or (bool(country) and day in public_holidays(country, subdivision, day.year))

        return BusinessHours(ZoneInfo(self.time_zone), tuple(tuple(sorted(day)) for day in week), is_holiday)


@cache
def public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    """Each with its name. What a country's list leaves to its regions needs a region."""
    region = None if subdivision in ("", WHOLE_COUNTRY) else subdivision
    return dict(holidays.country_holidays(country, subdiv=region, years=year))


class BusinessInterval(models.Model):
    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="intervals")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"), default=time(9))
    closes = models.TimeField(
        _("closes"), default=time(17), help_text=_("00:00 means midnight at the end of the day.")
    )

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")) | models.Q(closes=time(0)),
                name="cases_businessinterval_closes_later",
                violation_error_message=_(
                    "Closing time must be after opening time. For overnight hours, enter two intervals."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    def overlaps(self, other: "BusinessInterval") -> bool:
        """Two intervals of a calendar must not share time; midnight at the end is later than all."""
        ends = [interval.closes if interval.closes > time(0) else time.max for interval in (self, other)]
        return self.weekday == other.weekday and self.opens < ends[1] and other.opens < ends[0]


class ClosedDay(models.Model):
    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="closed_days")
    day = models.DateField(_("day"))
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="cases_closedday_once")]

    def __str__(self) -> str:
        return str(self.day)


class ResponseTarget(models.TextChoices):
    FIRST_REPLY = "first_reply", _("First reply")
    NEXT_REPLY = "next_reply", _("Reply")
    RESOLUTION = "resolution", _("Resolution")


class SlaPolicyQuerySet(models.QuerySet["SlaPolicy"]):
    def fitting(self, account_id: int | None, request_type_id: int, priority: str) -> "SlaPolicy | None":
        """The policy that says the most about such a case: for its account before its type before its
        priority, else the first in order."""
        fits = (
            models.Q(account=account_id) | models.Q(account=None),
            models.Q(request_type=request_type_id) | models.Q(request_type=None),
            models.Q(priority__in=(priority, "")),
        )
        return (
            self.filter(*fits, is_active=True, only_by_entitlement=False)
            .select_related("calendar")
            .most_specific_first()
            .first()
        )

    def most_specific_first(self) -> Self:
        return self.order_by(
            models.F("account").asc(nulls_last=True),
            models.F("request_type").asc(nulls_last=True),
            "-priority",
            "position",
            "pk",
        )


class SlaPolicy(models.Model):
    """What is promised for cases that fit. Minutes of working time; an empty one promises nothing."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    calendar = models.ForeignKey(
        BusinessCalendar, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="+"
    )
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    request_type = models.ForeignKey(
        RequestType, verbose_name=_("type"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, blank=True)
    only_by_entitlement = models.BooleanField(
        _("only where an entitlement specifies it"),
        default=False,
        help_text=_("Otherwise it applies to every matching case."),
    )
    first_reply = models.PositiveIntegerField(
        _("first reply within"), null=True, blank=True, help_text=_("minutes of working time")
    )
    next_reply = models.PositiveIntegerField(
        _("later replies within"), null=True, blank=True, help_text=_("minutes of working time")
    )
    resolution = models.PositiveIntegerField(
        _("resolution within"), null=True, blank=True, help_text=_("minutes of working time")
    )
    warn_percent = models.PositiveSmallIntegerField(
        _("warn at"), default=75, help_text=_("Percent of the target time")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=10)
    is_active = models.BooleanField(_("active"), default=True)

    objects = SlaPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("SLA policy")
        verbose_name_plural = _("SLA policies")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(warn_percent__gte=1, warn_percent__lte=100),
                name="cases_slapolicy_warns_in_time",
                violation_error_message=_("Enter a percentage from 1 to 100."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def minutes_for(self, promise: str) -> int | None:
        return {
            ResponseTarget.FIRST_REPLY: self.first_reply,
            ResponseTarget.NEXT_REPLY: self.next_reply,
            ResponseTarget.RESOLUTION: self.resolution,
        }[ResponseTarget(promise)]


OUTCOMES = {
    "kept": models.Q(met_at__lte=models.F("due_at"), missed_at=None),
    "missed": models.Q(met_at__gt=models.F("due_at")) | models.Q(missed_at__isnull=False),
    "running": models.Q(met_at=None, missed_at=None),
}
"""How a promise came out."""


class CaseClockQuerySet(models.QuerySet["CaseClock"]):
    def that_count(self) -> Self:
        """What is no longer owed does not, unless it was missed before."""
        return self.filter(models.Q(dropped_at=None) | models.Q(missed_at__isnull=False))

    def that_came_out(self, outcome: str) -> Self:
        """``outcome``: one of OUTCOMES."""
        return self.that_count().filter(OUTCOMES[outcome])


class CaseClock(models.Model):
    """One promise about one case: when it began, when it is due, how it ended.

    ``due_at`` and ``warn_at`` are right while the case is not paused; a pause moves them when it ends.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="clocks")
    promise = models.CharField(_("SLA target"), max_length=12, choices=ResponseTarget)
    minutes = models.PositiveIntegerField(_("within"), help_text=_("minutes of working time"))
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"))
    warn_at = models.DateTimeField(_("warning"))
    met_at = models.DateTimeField(_("met"), null=True)
    dropped_at = models.DateTimeField(
        _("dropped"),
        null=True,
        help_text=_("No longer needed, for example because the customer closed the case."),
    )
    warned_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(_("missed"), null=True)

    objects = CaseClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("SLA target")
        verbose_name_plural = _("SLA targets")
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "promise"],
                name="cases_caseclock_one_runs",
                condition=models.Q(met_at=None, dropped_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["warn_at"],
                name="cases_caseclock_warn",
                condition=models.Q(met_at=None, dropped_at=None, warned_at=None),
            ),
            models.Index(
                fields=["due_at"],
                name="cases_caseclock_due",
                condition=models.Q(met_at=None, dropped_at=None, missed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_promise_display()}: {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.dropped_at is None

    @property
    def was_kept(self) -> bool | None:
        """None: not decided yet, or no longer owed. What was missed once stays missed, also when nothing is
        owed any more."""
        if self.missed_at:
            return False
        return self.met_at <= self.due_at if self.met_at else None

    def reckon(self, hours: BusinessHours, warn_percent: int, pauses: list[Span]) -> None:
        """Set ``due_at`` and ``warn_at`` from the working time, the pauses left out; the caller saves."""
        amount = timedelta(minutes=self.minutes)
        self.due_at = hours.due(self.started_at, amount, pauses)
        self.warn_at = hours.due(self.started_at, amount * warn_percent / 100, pauses)

    def reckon_again(
        self, hours: BusinessHours, warn_percent: int, pauses: list[Span], now: datetime
    ) -> None:
        """The same for one that runs: when what was past is yet to come, agents are warned of the new
        time."""
        before = self.due_at
        self.reckon(hours, warn_percent, pauses)
        if before <= now < self.due_at:
            self.missed_at = self.warned_at = None
        elif self.warn_at > now:
            self.warned_at = None


class CasePause(models.Model):
    """While a case waits for its customer, or is on hold, its promises do not run."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="pauses")
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="cases_casepause_one_is_open", condition=models.Q(ended_at=None)
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="cases_casepause_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at} – {self.ended_at or ''}"

    def span(self, now: datetime) -> Span:
        return self.started_at, self.ended_at or now
