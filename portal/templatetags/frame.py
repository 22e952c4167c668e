from typing import Any

from django import template
from django.utils.safestring import SafeString

from portal import frame

register = template.Library()


@register.simple_tag(takes_context=True)
def site_header(context: dict[str, Any]) -> SafeString:
    """The header of the page; its words come from the request."""
    given = {name: context[name] for name in ("theme", "offers_search")}
    words: dict[str, Any] = {name: str(context.get(name) or "") for name in ("q", "here")}
    return frame.site_header(context["request"], context["navigation"], **words, **given)


@register.simple_tag(takes_context=True)
def site_end(context: dict[str, Any], note: SafeString) -> SafeString:
    """What ends the page."""
    here = str(context.get("here") or "")
    return frame.site_end(
        context["request"], context["navigation"], note=note, theme=context["theme"], here=here
    )
