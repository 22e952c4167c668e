"""The pages and menus that every installation starts with: the shell's own, and those that features
declare."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lib.paths import branch
from records.surfaces import BuiltinPage, surfaces


class ShippedPage(NamedTuple):
    page: BuiltinPage
    record_type: str
    """Of the records that are shown there; empty for any page of the shell."""


HOME = ShippedPage(BuiltinPage("/", "Home"), "")
OWN = (
    ShippedPage(BuiltinPage("/users/", "Manage users", menus=("primary",)), "contact"),
    ShippedPage(BuiltinPage("/search/", "Search"), ""),
    ShippedPage(BuiltinPage("/profile/", "Profile", menus=("profile",)), ""),
)


def shipped_pages() -> Iterator[ShippedPage]:
    """A page above comes before those below it."""
    yield HOME
    yield from (ShippedPage(page, surface.name) for surface in surfaces() for page in surface.pages)
    yield from OWN


def install(site: Any, revision: Any, page: Any, web_link: Any) -> None:
    """Create what is missing. The models are parameters: a migration passes them as they were at its time."""
    revision.objects.get_or_create(pk=1)
    site.objects.get_or_create(pk=1)
    install_pages(page)
    if web_link.objects.exists():
        return
    position: dict[str, int] = {}
    for shipped, _record_type in shipped_pages():
        for menu in shipped.menus:
            position[menu] = position.get(menu, 0) + 10
            target = page.objects.get(path=shipped.path)
            web_link.objects.create(menu=menu, label=target.title, page=target, position=position[menu])


def install_pages(page: Any, **fields: Any) -> None:
    """``fields``: of those that are new."""
    for shipped, record_type in shipped_pages():
        above = page.objects.filter(path__in=branch(shipped.path)[:-1]).order_by("path").last()
        slug = shipped.path.rstrip("/").rpartition("/")[2]
        new = {"title": shipped.title, "parent": above, "slug": slug, "record_type": record_type}
        page.objects.get_or_create(path=shipped.path, defaults={**new, "is_builtin": True, **fields})


def add_pages_of_new_features(*, apps: Any, **_options: Any) -> None:
    """After each ``migrate``. Where the portal stands already, the page of a feature that came later stays
    out of the menus until an administrator puts it there."""
    if "page" in apps.all_models["portal"]:
        install_pages(apps.get_model("portal", "Page"), hidden_from_menus=True)
