"""What search engines are told of: what visitors may read, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import resolve, reverse

from portal.site.configuration import Configuration
from portal.site.readers import Reader
from records.surfaces import Surface, surface_named, surfaces

MOST = 5_000
"""Addresses in one file; where there are more, each kind has files of its own."""
PAGES = "page"
"""The kind of what is no record: pages of administrators, and lists."""


@dataclass(frozen=True)
class Address:
    path: str
    changed_at: datetime | None = None

    @property
    def url(self) -> str:
        return settings.BASE_URL + self.path

    @property
    def last_change(self) -> str:
        return self.changed_at.isoformat(timespec="seconds") if self.changed_at else ""


@dataclass(frozen=True)
class Part:
    """One file of one kind of address, counted from 1."""

    kind: str
    number: int


@dataclass(frozen=True)
class OpenSite:
    """The portal as visitors see it, whoever asks."""

    configuration: Configuration

    def is_told_of(self) -> bool:
        """A portal without https is a demo, or not the one that people should find."""
        return settings.IS_HTTPS and bool(self.pages())

    def pages(self) -> list[Address]:
        """Those that menus may lead to, without the search: what it finds is listed itself."""
        visitor = Reader(self.configuration, None, is_signed_in=False)
        found = (page for page in self.configuration.pages.values() if visitor.is_offered(page))
        return [Address(page.path) for page in found if page.path != reverse("search") and visitor.gets(page)]

    def holds_one_file(self) -> bool:
        count = len(self.pages())
        for surface in self._surfaces():
            count += self._rows(surface)[: MOST + 1].count()
        return count <= MOST

    def everything(self) -> list[Address]:
        records = (self._addresses(surface, self._rows(surface)) for surface in self._surfaces())
        return [*self.pages(), *(address for found in records for address in found)]

    def parts(self) -> Iterator[Part]:
        """Each of a range of keys: they cost the same, however many rows come before."""
        yield Part(PAGES, 1)
        for surface in self._surfaces():
            last = self._rows(surface).order_by("-pk").values_list("pk", flat=True).first()
            yield from (Part(surface.name, number + 1) for number in range(-(-(last or 0) // MOST)))

    def within(self, part: Part) -> list[Address]:
        if part.kind == PAGES:
            return self.pages() if part.number == 1 else []
        surface = surface_named(part.kind)
        if surface not in self._surfaces():
            return []
        before = (part.number - 1) * MOST
        return self._addresses(surface, self._rows(surface).filter(pk__gt=before, pk__lte=before + MOST))

    def _surfaces(self) -> list[Surface[Any]]:
        """Of whose records visitors may read some: the others need not be asked."""
        return [one for one in surfaces() if one.granted.name in self.configuration.visitor_reads]

    def _rows(self, surface: Surface[Any]) -> QuerySet[Any]:
        return surface.for_lines(surface.visible_to(None)).order_by("pk")

    def _addresses(self, surface: Surface[Any], rows: QuerySet[Any]) -> list[Address]:
        lines = [surface.line(row, None) for row in rows]
        if not (lines and self._answers_visitors(lines[0].url)):
            return []
        return [Address(one.url, one.at) for one in lines if self.configuration.may_open(one.url, None)]

    def _answers_visitors(self, path: str) -> bool:
        """A view that is not open to visitors asks them to sign in, whatever they may read."""
        opened: frozenset[str] = getattr(resolve(path).func, "open_to_visitors", frozenset())
        return bool(opened & self.configuration.visitor_reads)
