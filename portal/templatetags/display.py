"""How values look on a page. Values in, text out: no query, no permission. Every template has these tags
(TEMPLATES["builtins"])."""

from datetime import datetime
from decimal import Decimal

from django import template

from lib import icons, markdown, moments
from lib.money import format_money

register = template.Library()
register.filter("cleaned", markdown.cleaned)


@register.simple_tag
def ago(at: datetime | None) -> str:
    """How long ago, or the date once it is more than a week; the exact time is in the element's title."""
    return "" if at is None else moments.ago(at)


@register.simple_tag
def when(at: datetime | None) -> str:
    """The exact time in the reader's time zone."""
    return "" if at is None else moments.when(at)


@register.simple_tag
def money(amount: Decimal, currency: str) -> str:
    return format_money(amount, currency)


@register.simple_tag
def icon(name: str, label: str = "") -> str:
    """An icon of the sprite. ``label``: only where it stands alone."""
    return icons.icon(name, label)
