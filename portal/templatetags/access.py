from typing import Any

from django import template
from django.template import Context

from portal.access.links import links_from

register = template.Library()


@register.simple_tag(takes_context=True)
def access_links(context: Context, record: Any) -> list[tuple[str, str]]:
    """Address and label of the reports on who can see a record; none for staff who may not read them."""
    return links_from(record, context["request"].user)
