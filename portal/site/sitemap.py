"""Pages, menu entries and redirects as each process holds them in memory (portal.site.configuration)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lib.translated import choose

Texts = Mapping[str, str]
"""By language, "" for all others."""


@dataclass(frozen=True)
class ReadRule:
    roles: frozenset[int]
    reopens: bool = False
    """The rules of the pages above do not count from here on down."""


@dataclass(frozen=True)
class PageEntry:
    """What is known of a page without reading its text."""

    pk: int
    path: str
    titles: Texts
    template: str
    is_builtin: bool
    record_type: str
    is_draft: bool
    published_from: datetime | None
    published_until: datetime | None
    is_hidden: bool
    """From menus and cards."""
    position: int
    visitor_types: frozenset[str] = frozenset()
    """Of a built-in page: visitors may open it if they may read any of these types of record
    (accounts.permissions.visitors)."""

    def title_in(self, language: str | None) -> str:
        return choose(self.titles, language)

    def is_live(self, now: datetime) -> bool:
        """Whether it is published, seen by itself; a draft above it hides it too."""
        if self.is_builtin:
            return True
        is_over = self.published_until is not None and self.published_until <= now
        is_early = self.published_from is not None and self.published_from > now
        return not (self.is_draft or is_over or is_early)


@dataclass(frozen=True)
class Link:
    """One menu entry. Without a target it is a heading for its children."""

    labels: Texts
    target: str
    path: str
    """Of a target within the portal: what rules and records decide. Empty for other sites and headings."""
    children: tuple["Link", ...] = ()

    def label_in(self, language: str | None) -> str:
        return choose(self.labels, language)


@dataclass(frozen=True)
class Forwarding:
    """Where a redirect leads."""

    to: str
    path: str
    """Of a target within the portal."""
    status: int
