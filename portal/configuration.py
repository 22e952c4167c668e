"""The site's slow-changing settings, kept in each process's memory and never stale.

Networks, pages, rules, menus and branding are read on every request and change a few times a year. Each process holds
one immutable copy. A database trigger gives ConfigurationRevision a new value with every change; a request reads that
one value and loads the copy again if it differs. So a change holds from the next request in every process, for the
price of one small query.
"""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address
from uuid import UUID

from django.urls import reverse

from accounts.models import Contact, SignInPolicy
from portal.lib.paths import branch
from portal.models import AllowedNetwork, ConfigurationRevision, PageAccessRule, Site, WebLink

OUTSIDE_PAGE_RULES = ("/accounts/", "/redeem/", "/admin/", "/brand.css", "/brand/", "/preferences/")
"""Never under page rules: a rule on the root must not lock the door to the sign-in page and to invitations, nor take away
its look, the theme and the way to another account. What needs a gate there has its own."""

RULED_WITH = {"/attachments/": "/cases/"}
"""Addresses that belong to a feature without lying below its page."""


@dataclass(frozen=True)
class Link:
    """One menu entry, and what it takes to open its target: a role of each rule on the way, and records to read there."""

    label: str
    url: str
    rules: tuple[frozenset[int], ...]
    record_type: str
    children: tuple["Link", ...]

    def is_open_to(self, contact: Contact | None) -> bool:
        if self.record_type and not (contact and contact.reads(self.record_type)):
            return False
        return all(rule & roles_of(contact) for rule in self.rules)


@dataclass(frozen=True)
class Configuration:
    revision: UUID
    site: Site
    networks: tuple[IPv4Network | IPv6Network, ...]
    read_rules: dict[str, frozenset[int]]
    """Path → ids of the roles that may read the page there and everything below it."""
    links: tuple[WebLink, ...]
    sign_in_policy: SignInPolicy

    @property
    def brand_css_url(self) -> str:
        return f"{reverse('brand_css')}?v={self.revision}"

    def allows_address(self, address: str | None) -> bool:
        if not self.networks:
            return True
        return address is not None and any(ip_address(address) in network for network in self.networks)

    def rules_on(self, path: str) -> tuple[frozenset[int], ...]:
        """The rules from the root down to the path; a reader must hold one role of each."""
        if path.startswith(OUTSIDE_PAGE_RULES):
            return ()
        ruled = next((page for prefix, page in RULED_WITH.items() if path.startswith(prefix)), path)
        return tuple(self.read_rules[step] for step in branch(ruled) if step in self.read_rules)

    def may_open(self, path: str, contact: Contact | None) -> bool:
        return all(rule & roles_of(contact) for rule in self.rules_on(path))

    @cached_property
    def menus(self) -> dict[str, tuple[Link, ...]]:
        top = [link for link in self.links if link.parent_id is None]
        return {menu: tuple(self._link(link) for link in top if link.menu == menu) for menu in WebLink.Menu.values}

    def _link(self, link: WebLink) -> Link:
        children = tuple(self._link(child) for child in self.links if child.parent_id == link.pk)
        if link.page is None:
            return Link(link.label, link.url, (), "", children)
        path = link.page.path
        return Link(link.label, path, self.rules_on(path), link.page.record_type, children)


def roles_of(contact: Contact | None) -> frozenset[int]:
    return contact.role_ids if contact else frozenset()


_held: Configuration | None = None


def current() -> Configuration:
    """The configuration as of now: one query, more only after a change."""
    global _held  # noqa: PLW0603 -- one copy a process is the point
    revision = ConfigurationRevision.objects.values_list("value", flat=True).get(pk=1)
    held = _held
    if held is None or held.revision != revision:
        _held = held = _load(revision)
    return held


def _load(revision: UUID) -> Configuration:
    """Read everything. The revision was read before, so a change in between leads to one more loading, never to a stale copy."""
    read_rules = PageAccessRule.objects.filter(right=PageAccessRule.Right.READ).select_related("page").prefetch_related("roles")
    return Configuration(
        revision=revision,
        site=Site.objects.the_one(),
        networks=tuple(allowed.network for allowed in AllowedNetwork.objects.all()),
        read_rules={rule.page.path: frozenset(role.pk for role in rule.roles.all()) for rule in read_rules},
        sign_in_policy=SignInPolicy.objects.the_one(),
        links=tuple(WebLink.objects.select_related("page")),
    )
