from typing import Any

from django import template
from django.utils.safestring import SafeString

from portal import frame

register = template.Library()


@register.simple_tag(takes_context=True)
def site_header(context: dict[str, Any]) -> SafeString:
    """The header of the page; its words come from the request."""
    given = {name: context[name] for name in ("theme", "offers_search")}
    token = context["csrf_token"]
    words: dict[str, Any] = {name: str(context.get(name) or "") for name in ("q", "here")}
    return frame.site_header(context["request"], context["navigation"], token=token, **words, **given)


@register.simple_tag(takes_context=True)
def site_end(context: dict[str, Any], note: SafeString) -> SafeString:
    """What ends the page."""
    here, token = str(context.get("here") or ""), context["csrf_token"]
    return frame.site_end(
        context["request"], context["navigation"], token=token, note=note, theme=context["theme"], here=here
    )
