from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal.texts import snippets

register = template.Library()


@register.simple_tag(takes_context=True)
def snippet(context: dict[str, Any], name: str, /, **values: object) -> SafeString:
    """A text that administrators can change, as HTML. ``configuration`` in the context holds what they wrote;
    without it, the default."""
    return snippets.text(name, get_language(), context.get("configuration"), **values)


@register.simple_tag(takes_context=True)
def plain_snippet(context: dict[str, Any], name: str, /, **values: object) -> str:
    """The same without HTML, for mails."""
    return snippets.plain(name, get_language(), context.get("configuration"), **values)
