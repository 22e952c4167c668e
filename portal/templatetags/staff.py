"""What the frame of the administration shows."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from portal import staff_frame
from portal.staff_frame import StaffPage

register = template.Library()


@register.simple_tag(takes_context=True)
def staff_page(context: Any) -> StaffPage:
    """Outside blocks: what one sets there is not seen in the next."""
    return staff_frame.page_of(context.flatten())


@register.simple_tag(takes_context=True)
def staff_side(context: Any) -> SafeString:
    return staff_frame.side_bar(context["request"], token=context["csrf_token"], theme=context["theme"])
