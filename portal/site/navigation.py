"""Menus as one reader sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language

from portal.site.readers import Reader
from portal.site.sitemap import Link


@dataclass(frozen=True)
class MenuItem:
    label: str
    url: str
    """Empty for a heading."""
    is_current: bool
    children: tuple["MenuItem", ...]


class Navigation:
    """The menus without the entries that the reader may not open, and without headings above nothing."""

    def __init__(self, reader: Reader, path: str) -> None:
        self.reader, self.path, self.language = reader, path, get_language()

    @cached_property
    def primary(self) -> tuple[MenuItem, ...]:
        return self._menu("primary")

    @cached_property
    def footer(self) -> tuple[MenuItem, ...]:
        return self._menu("footer")

    @cached_property
    def profile(self) -> tuple[MenuItem, ...]:
        return self._menu("profile")

    def _menu(self, name: str) -> tuple[MenuItem, ...]:
        return self._items(self.reader.configuration.menus[name])

    def _items(self, links: Iterable[Link]) -> tuple[MenuItem, ...]:
        items = [self._item(link) for link in links if self.reader.is_led_to(link)]
        return tuple([item for item in items if item.url or item.children])

    def _item(self, link: Link) -> MenuItem:
        return MenuItem(
            link.label_in(self.language), link.target, self._is_current(link.path), self._items(link.children)
        )

    def _is_current(self, path: str) -> bool:
        return bool(path) and (self.path == path or (path != "/" and self.path.startswith(path)))
