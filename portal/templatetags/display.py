"""How values look on a page. Values in, text out: no query, no permission. Every template has these tags
(TEMPLATES["builtins"])."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.utils.safestring import SafeString

from lib import filter_bar as bars
from lib import icons, markdown, moments, pieces
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


@register.simple_tag
def piece(component: str, **shown: Any) -> SafeString:
    """A component that is drawn once for what it shows, and kept (lib.pieces)."""
    return pieces.piece(component, **shown)


@register.simple_tag
def filter_bar(form: forms.BaseForm, **around: Any) -> SafeString:
    return bars.filter_bar(form, **around)
