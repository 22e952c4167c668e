"""What pages may lead their reader to: a link to what would be refused is not shown.

The features do not know each other, so what one offers of another is asked for by name.
"""

from django.urls import reverse

from accounts.http import PortalRequest
from accounts.scoping import granted_scope, record_type_named


def may_go_to(request: PortalRequest, path: str) -> bool:
    """Whether the rules on pages let the reader in there."""
    return request.configuration.may_open(path, request.contact)


def may_open_case(request: PortalRequest) -> bool:
    """By their roles, and by the rules on the page that opens cases."""
    case = record_type_named("case")
    is_granted = case is not None and granted_scope(request.contact, "create", case) is not None
    return is_granted and may_go_to(request, reverse("cases:new"))
