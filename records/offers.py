"""What one feature offers on the pages of another, or of the shell. Features do not know each other: each
declares it on its surface."""

from dataclasses import dataclass

from accounts.http import PortalRequest
from accounts.offers import may_go_to
from records.surfaces import Words, surfaces


@dataclass(frozen=True)
class HelpOffer:
    url: str
    words: Words


def help_offered(request: PortalRequest) -> HelpOffer | None:
    """Where a reader who found no answer asks, as far as their roles and the rules on that page let them."""
    for surface in surfaces():
        if surface.helps and surface.can(request.contact, "create"):
            url = surface.url(surface.helps.address)
            if may_go_to(request, url):
                return HelpOffer(url, surface.helps.words)
    return None
