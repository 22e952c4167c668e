"""What pages may lead their reader to: a link to what would be refused is not shown."""

from accounts.http import PortalRequest


def may_go_to(request: PortalRequest, path: str) -> bool:
    """Whether the rules on pages let the reader in there."""
    return request.configuration.may_open(path, request.contact)
