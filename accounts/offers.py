"""What pages and mails may lead their reader to: a link to what would be refused is not shown."""

from typing import cast

from accounts.actions.mail import mail_context
from accounts.http import Configuration, PortalRequest


def may_go_to(request: PortalRequest, path: str) -> bool:
    """Whether the rules on pages let the reader in there."""
    return request.configuration.may_open(path, request.contact)


def site_configuration() -> Configuration:
    """As of now, for what happens outside a request: in jobs, and to people other than the one who asks."""
    return cast("Configuration", mail_context()["configuration"])
