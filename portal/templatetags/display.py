"""How values look on a page. Values in, text out: no query, no permission."""

from datetime import datetime
from decimal import Decimal

from babel.dates import format_timedelta
from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from portal.lib.money import format_money

register = template.Library()
RELATIVE_DAYS = 7


def _locale() -> str:
    return to_locale(get_language() or "en")


def _time_element(at: datetime, text: str) -> SafeString:
    local = timezone.localtime(at)
    exact = date_format(local, "DATETIME_FORMAT") + f" ({local.tzname()})"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(timespec="seconds"), exact, text)


@register.simple_tag
def ago(at: datetime | None) -> str:
    """How long ago, or the date once it is more than a week; the exact time is in the element's title."""
    if at is None:
        return ""
    passed = at - timezone.now()
    if abs(passed.days) > RELATIVE_DAYS:
        return _time_element(at, date_format(timezone.localtime(at), "DATE_FORMAT"))
    return _time_element(at, format_timedelta(passed, add_direction=True, locale=_locale()))


@register.simple_tag
def when(at: datetime | None) -> str:
    """The exact time in the reader's time zone."""
    return "" if at is None else _time_element(at, date_format(timezone.localtime(at), "DATETIME_FORMAT"))


@register.simple_tag
def money(amount: Decimal, currency: str) -> str:
    return format_money(amount, currency)
