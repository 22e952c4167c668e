"""What customers read about their support contracts: how much is left, how long it lasts, and what was taken for which case."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

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


@dataclass(frozen=True)
class Line:
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
        return floatformat(-self.amount, -2)

    @property
    def balance_words(self) -> str:
        return floatformat(self.balance, -2)


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
        % {"used": _quantity(entitlement.consumed), "amount": _counted(entitlement.amount, entitlement)},
        left=_left(entitlement),
        forecast=forecast,
        tone=tone,
    )


def lines_of(deductions: Iterable[Deduction], balance: Decimal) -> Iterator[Line]:
    """``deductions`` as for_reader loads them, the latest first; ``balance``: what was left after the first of them."""
    for deduction in deductions:
        yield _line(deduction, balance)
        balance += deduction.amount


def _line(deduction: Deduction, balance: Decimal) -> Line:
    """Of a case that the reader may not see there is the number, without which nobody could ask about it. What an agent noted
    about the work is left out there; what was noted about the contract itself, a correction, is not."""
    case, is_visible = deduction.case, deduction.is_visible
    return Line(
        at=deduction.at,
        number=case.number,
        subject=case.subject if is_visible else "",
        url=case.get_absolute_url() if is_visible else "",
        note=deduction.note if is_visible or deduction.time_entry_id is None else "",
        amount=deduction.amount,
        balance=balance,
    )


def _left(entitlement: Entitlement) -> str:
    if entitlement.remaining < 0:
        return _("%(amount)s overdrawn") % {"amount": _counted(-entitlement.remaining, entitlement)}
    return _("%(amount)s left") % {"amount": _counted(entitlement.remaining, entitlement)}


def _forecast(entitlement: Entitlement, today: date) -> tuple[str, str]:
    if not entitlement.valid_from <= today <= entitlement.valid_until or not entitlement.is_active:
        return "", ""
    if entitlement.remaining <= 0:
        words = _("Used up. No more cases can be opened.") if not entitlement.takes_another_case else _("Used up. It can be overdrawn.")
        return words, "danger"
    ends = entitlement.runs_out_on(today)
    if ends is None:
        return (_("At this pace it lasts to the end.") if entitlement.consumed > 0 else _("Nothing is used yet.")), ""
    return _("At this pace it runs out around %(day)s.") % {
        "day": date_format(ends, "MONTH_DAY_FORMAT" if ends.year == today.year else "DATE_FORMAT")
    }, "warning"


def _counted(amount: Decimal, entitlement: Entitlement) -> str:
    one_or_many = 1 if amount == 1 else 2
    if entitlement.unit == Entitlement.Unit.HOURS:
        words = ngettext("%(amount)s hour", "%(amount)s hours", one_or_many)
    else:
        words = ngettext("%(amount)s case", "%(amount)s cases", one_or_many)
    return words % {"amount": _quantity(amount)}


def _quantity(amount: Decimal) -> str:
    return str(floatformat(amount, -2))
