"""What the pages of signing in show."""

from typing import Any

from allauth.socialaccount.providers.base import Provider
from django import template

from accounts.sign_in.social import SocialAccountAdapter

register = template.Library()


@register.simple_tag(takes_context=True)
def sign_in_providers(context: dict[str, Any]) -> list[Provider]:
    """The configured ones in their order; allauth's own tag has them by name."""
    return SocialAccountAdapter(context["request"]).list_providers(context["request"])
