from typing import Any

from accounts.models import WebRole
from portal.models import AllowedNetwork, Page, PageAccessRule, WebLink


def allow(*networks: str) -> None:
    for network in networks:
        AllowedNetwork.objects.create(cidr=network)


def restrict(path: str, *role_names: str, right: str = PageAccessRule.Right.READ) -> PageAccessRule:
    """Give the right on the page at ``path``, which is made if need be, to the roles."""
    page, _ = Page.objects.get_or_create(path=path, defaults={"title": path})
    rule = PageAccessRule.objects.create(page=page, right=right)
    rule.roles.set([WebRole.objects.get(name=name) for name in role_names])
    return rule


def make_link(label: str, path: str = "", **fields: Any) -> WebLink:
    """A menu entry that leads to the page at ``path``, or else to ``url``."""
    page = Page.objects.get(path=path) if path else None
    return WebLink.objects.create(label=label, page=page, **fields)
