"""Menus as one reader sees them."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Contact
from portal.configuration import Configuration, Link


@dataclass(frozen=True)
class MenuItem:
    label: str
    url: str
    is_current: bool
    children: list["MenuItem"]


class Navigation:
    """The menus without the entries that the reader may not open."""

    def __init__(self, configuration: Configuration, contact: Contact | None, path: str) -> None:
        self.configuration, self.contact, self.path = configuration, contact, path

    @property
    def primary(self) -> list[MenuItem]:
        return self._items(self.configuration.menus["primary"])

    @property
    def footer(self) -> list[MenuItem]:
        return self._items(self.configuration.menus["footer"])

    @property
    def profile(self) -> list[MenuItem]:
        return self._items(self.configuration.menus["profile"])

    def _items(self, links: Iterable[Link]) -> list[MenuItem]:
        return [
            MenuItem(link.label, link.url, self._is_current(link.url), self._items(link.children))
            for link in links
            if link.is_open_to(self.contact)
        ]

    def _is_current(self, url: str) -> bool:
        return self.path == url or (url != "/" and self.path.startswith(url))
