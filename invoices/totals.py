"""The arithmetic of an invoice. Pure functions on Decimals; nothing here reads the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from babel.numbers import get_currency_precision, list_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

STORED_DIGITS = 2
ZERO = Decimal(0)


class Taxed(Protocol):
    """A line as far as sums are concerned: its net amount, and its tax rate in per cent."""

    net: Decimal
    tax_rate: Decimal


@dataclass(frozen=True)
class Tax:
    """What is taxed at one rate (in per cent), and the tax on it."""

    rate: Decimal
    net: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Totals:
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def validate_currency(code: str) -> None:
    """A currency of ISO 4217 whose minor unit we can store: cents, or none at all."""
    if code.upper() not in list_currencies() or get_currency_precision(code.upper()) > STORED_DIGITS:
        raise ValidationError(
            _("%(code)s is not a currency we can invoice in.") % {"code": code}, code="unknown_currency"
        )


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Half up to the currency's minor unit: cents for USD and EUR, whole yen for JPY."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), rounding=ROUND_HALF_UP)


def line_net(quantity: Decimal, unit_price: Decimal, currency: str) -> Decimal:
    return round_money(quantity * unit_price, currency)


def taxes_of(lines: Iterable[Taxed], currency: str) -> list[Tax]:
    """Tax per rate, lowest rate first.

    Tax is taken once on the sum of all (already rounded) line nets of a rate and then rounded, not line by
    line: the reader can check it against the printed sums, and rounding differences do not add up over many
    lines.
    """
    nets: dict[Decimal, Decimal] = {}
    for line in lines:
        nets[line.tax_rate] = nets.get(line.tax_rate, ZERO) + line.net
    return [Tax(rate, net, round_money(net * rate / 100, currency)) for rate, net in sorted(nets.items())]


def totals_of(lines: Iterable[Taxed], currency: str) -> Totals:
    taxes = taxes_of(lines, currency)
    return Totals(net=sum((tax.net for tax in taxes), ZERO), tax=sum((tax.amount for tax in taxes), ZERO))
