"""What customers read about their support contracts: how much is left, how long it lasts, and what was taken
for which case."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, Sum
from django.template.defaultfilters import floatformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Deduction, Entitlement


@dataclass(frozen=True)
class Summary:
    """One contract. ``tone``: empty, ``warning`` (used up before it ends) or ``danger`` (used up)."""

    name: str
    url: str
    product: str
    validity: str
    used_percent: int
    used: str
    left: str
    forecast: str
    tone: str
    when_used_up: str
    counted_when: str
    """Empty where it is not cases that count."""


@dataclass(frozen=True)
class StatementLine:
    """One deduction. ``url`` is empty where the reader may not see the case."""

    at: datetime
    number: str
    subject: str
    url: str
    note: str
    amount: Decimal
    balance: Decimal
    """What was left after it."""

    @property
    def words(self) -> str:
        return _signed(-self.amount)

    @property
    def balance_words(self) -> str:
        return _signed(self.balance)

    @property
    def is_used_up(self) -> bool:
        return self.balance <= 0


def summary_of(entitlement: Entitlement, today: date) -> Summary:
    """``entitlement`` as EntitlementQuerySet.with_consumption loads it."""
    forecast, tone = _forecast(entitlement, today)
    return Summary(
        name=entitlement.name,
        url=entitlement.get_absolute_url(),
        product=entitlement.product.name if entitlement.product else _("All products"),
        validity=f"{date_format(entitlement.valid_from)} – {date_format(entitlement.valid_until)}",
        used_percent=max(0, min(100, round(entitlement.consumed * 100 / entitlement.amount))),
        used=_("%(used)s of %(amount)s used")
        % {"used": _quantity(entitlement.consumed), "amount": counted(entitlement.amount, entitlement)},
        left=_left(entitlement),
        forecast=forecast,
        tone=tone,
        when_used_up=_("No more cases")
        if entitlement.limit == Entitlement.Limit.RESTRICT
        else _("It can be overdrawn"),
        counted_when=_counted_when(entitlement),
    )


def balance_after(deduction: Deduction | None, entitlement: Entitlement) -> Decimal:
    """What was left after this line; None: nothing was drawn yet. One query."""
    if deduction is None:
        return entitlement.amount
    until_then = Q(at__lt=deduction.at) | Q(at=deduction.at, pk__lte=deduction.pk)
    spent: Decimal | None = Deduction.objects.filter(until_then, entitlement=entitlement).aggregate(
        total=Sum("amount")
    )["total"]
    return entitlement.amount - (spent or Decimal(0))


def lines_of(deductions: Iterable[Deduction], balance: Decimal) -> Iterator[StatementLine]:
    """``deductions`` as for_reader loads them, the latest first; ``balance``: what was left after the first
    of them."""
    for deduction in deductions:
        yield _line(deduction, balance)
        balance += deduction.amount


def _line(deduction: Deduction, balance: Decimal) -> StatementLine:
    """Of a case that the reader may not see there is the number, without which nobody could ask about it.
    What an agent noted about the work is left out there; what was noted about the contract itself, a
    correction, is not."""
    case, is_visible = deduction.case, deduction.is_visible
    return StatementLine(
        at=deduction.at,
        number=case.number,
        subject=case.subject if is_visible else "",
        url=case.get_absolute_url() if is_visible else "",
        note=deduction.note if is_visible or deduction.time_entry_id is None else "",
        amount=deduction.amount,
        balance=balance,
    )


def _counted_when(entitlement: Entitlement) -> str:
    if entitlement.unit == Entitlement.Unit.HOURS:
        return ""
    return (
        _("When it is opened") if entitlement.counts(Entitlement.Moment.OPENING) else _("When it is resolved")
    )


def _left(entitlement: Entitlement) -> str:
    if entitlement.remaining < 0:
        return _("%(amount)s overdrawn") % {"amount": counted(-entitlement.remaining, entitlement)}
    return _("%(amount)s left") % {"amount": counted(entitlement.remaining, entitlement)}


def _forecast(entitlement: Entitlement, today: date) -> tuple[str, str]:
    if not entitlement.valid_from <= today <= entitlement.valid_until or not entitlement.is_active:
        return "", ""
    if entitlement.remaining <= 0:
        words = (
            _("Used up. No more cases can be opened.")
            if not entitlement.takes_another_case
            else _("Used up. It can be overdrawn.")
        )
        return words, "danger"
    ends = entitlement.runs_out_on(today)
    if ends is None:
        return (
            _("At this rate, it lasts until the end.")
            if entitlement.consumed > 0
            else _("Nothing has been used yet.")
        ), ""
    return _("At this rate, it runs out around %(day)s.") % {
        "day": date_format(ends, "MONTH_DAY_FORMAT" if ends.year == today.year else "DATE_FORMAT")
    }, "warning"


def counted(amount: Decimal, entitlement: Entitlement) -> str:
    one_or_many = 1 if amount == 1 else 2
    if entitlement.unit == Entitlement.Unit.HOURS:
        words = ngettext("%(amount)s hour", "%(amount)s hours", one_or_many)
    else:
        words = ngettext("%(amount)s case", "%(amount)s cases", one_or_many)
    return words % {"amount": _quantity(amount)}


def _quantity(amount: Decimal) -> str:
    return str(floatformat(amount, -2))


def _signed(amount: Decimal) -> str:
    """With a real minus sign, which is as wide as the digits."""
    return _quantity(amount).replace("-", "−")
