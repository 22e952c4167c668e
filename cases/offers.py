from django.urls import reverse

from accounts.http import PortalRequest
from accounts.offers import may_go_to
from accounts.scoping import can
from cases.models import Case


def may_open_case(request: PortalRequest) -> bool:
    """By their roles, and by the rules on the page that opens cases."""
    return can(request.contact, "create", Case) and may_go_to(request, reverse("cases:new"))
