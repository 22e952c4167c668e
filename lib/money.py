"""Amounts of money for people. Amounts are Decimals in the currency's main unit; currencies are ISO 4217
codes."""

from decimal import Decimal

from babel.numbers import format_currency
from django.utils.translation import get_language, to_locale


def format_money(amount: Decimal, currency: str) -> str:
    """ "$1,234.50" for the reader's language."""
    return format_currency(amount, currency, locale=to_locale(get_language() or "en"))
