"""The site's slow-changing settings, kept in each process's memory and never stale.

Networks, pages, rules, menus and branding are read on every request and change a few times a year. Each
process holds one immutable copy. A database trigger gives ConfigurationRevision a new value with every
change; a request reads that one value and loads the copy again if it differs. So a change holds from the next
request in every process, for the price of one small query. Texts of pages are not part of it: a thousand
pages would weigh on each process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.urls import reverse

from accounts.models import Contact, SignInPolicy
from lib import compiled
from lib.networks import NetworkSet
from lib.paths import branch
from portal.models import ConfigurationRevision, Site, SnippetText
from portal.site import loading
from portal.site.addresses import OUTSIDE_PAGE_RULES, ruled_as
from portal.site.sitemap import Forwarding, Link, PageEntry, ReadRule


@dataclass(frozen=True)
class Configuration:
    revision: UUID
    site: Site
    networks: NetworkSet
    pages: Mapping[str, PageEntry]
    """By path, in the order of the tree."""
    read_rules: Mapping[str, ReadRule]
    """By path: who may read the page there and everything below it."""
    preview_rules: Mapping[str, frozenset[int]]
    """By path: ids of the roles that may preview drafts there and below."""
    menus: Mapping[str, tuple[Link, ...]]
    redirects: Mapping[str, Forwarding]
    """By the path that they lead away from."""
    sign_in_policy: SignInPolicy
    snippets: dict[tuple[str, str], SnippetText]
    """Name and language (or "" for all) → what an administrator wrote; see portal.texts.snippets."""
    visitor_role_ids: frozenset[int]
    visitor_reads: frozenset[str]
    """The types of record that visitors may read."""

    @property
    def brand_css_url(self) -> str:
        return f"{reverse('brand_css')}?v={self.revision}"

    def allows_address(self, address: str | None) -> bool:
        return not self.networks or address in self.networks

    def rules_on(self, path: str) -> tuple[frozenset[int], ...]:
        """The rules that count on this path; a reader must hold one role of each."""
        return tuple(rule.roles for _path, rule in self.counting_rules(path))

    def counting_rules(self, path: str) -> list[tuple[str, ReadRule]]:
        """Page and rule, from the root, or from the nearest page that reopens its branch, down to the
        path."""
        ruled = self.rules_along(path)
        reopened = [depth for depth, (_path, rule) in enumerate(ruled) if rule.reopens]
        return ruled[reopened[-1] :] if reopened else ruled

    def rules_along(self, path: str) -> list[tuple[str, ReadRule]]:
        """All rules from the root down to the path, those that do not count here included."""
        if path.startswith(OUTSIDE_PAGE_RULES):
            return []
        return [(step, self.read_rules[step]) for step in branch(ruled_as(path)) if step in self.read_rules]

    def may_open(self, path: str, contact: Contact | None) -> bool:
        roles = self.roles_of(contact)
        return all(rule & roles for rule in self.rules_on(path))

    def opens_to_visitors(self, path: str) -> bool:
        """Whether visitors may read a page of an administrator's: only where a rule names a role that
        visitors have."""
        rules = self.rules_on(path)
        return bool(rules) and all(rule & self.visitor_role_ids for rule in rules)

    def roles_of(self, contact: Contact | None) -> frozenset[int]:
        return contact.role_ids if contact else self.visitor_role_ids

    def reads(self, record_type: str, contact: Contact | None) -> bool:
        """Whether any records of this type could be visible."""
        return contact.reads(record_type) if contact else record_type in self.visitor_reads

    def is_live(self, path: str, now: datetime) -> bool:
        """Whether the page is published, and every page above it: a draft hides its branch."""
        return all(self.pages[step].is_live(now) for step in branch(path) if step in self.pages)

    def previewing_roles(self, path: str) -> frozenset[int]:
        """Who may preview drafts there; this adds up along the branch."""
        return frozenset().union(*(self.preview_rules.get(step, frozenset()) for step in branch(path)))

    def page_above(self, path: str) -> PageEntry | None:
        """The deepest page on the way to the path, the path itself included."""
        return next((self.pages[step] for step in reversed(branch(path)) if step in self.pages), None)

    def children_of(self, path: str) -> tuple[PageEntry, ...]:
        return self._children.get(path, ())

    @cached_property
    def _children(self) -> dict[str, tuple[PageEntry, ...]]:
        below: dict[str, list[PageEntry]] = {}
        for page in self.pages.values():
            if page.path != "/":
                below.setdefault(branch(page.path)[-2], []).append(page)
        return {
            path: tuple(sorted(pages, key=lambda page: (page.position, page.titles[""])))
            for path, pages in below.items()
        }


_held: Configuration | None = None


def current() -> Configuration:
    """The configuration as of now: one query, more only after a change."""
    global _held  # noqa: PLW0603 -- one copy a process is the point
    [row] = compiled.rows("revision of the configuration", lambda: ConfigurationRevision.objects.filter(pk=1))
    revision = row.value
    held = _held
    if held is None or held.revision != revision:
        _held = held = _load(revision)
    return held


def _load(revision: UUID) -> Configuration:
    """Read everything. The revision was read before, so a change in between leads to one more loading, never
    to a stale copy."""
    return Configuration(revision=revision, **loading.everything())
