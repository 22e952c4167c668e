"""The pages and menus that every installation starts with."""

from itertools import pairwise
from typing import Any

from lib.paths import branch

PAGES = (
    ("/", "Home", ""),
    ("/cases/", "Cases", "case"),
    ("/cases/new/", "Open a case", "case"),
    ("/knowledgebase/", "Knowledge base", "article"),
    ("/forums/", "Forums", "forum"),
    ("/invoices/", "Invoices", "invoice"),
    ("/users/", "Manage users", "contact"),
    ("/search/", "Search", ""),
    ("/profile/", "Profile", ""),
)
"""Path, title, type of the records shown there."""

MENUS = {
    "primary": ("/cases/", "/knowledgebase/", "/forums/", "/invoices/", "/users/"),
    "profile": ("/profile/",),
    "footer": ("/knowledgebase/",),
}


def install(site: Any, revision: Any, page: Any, web_link: Any) -> None:
    """Create what is missing. The models are parameters: a migration passes them as they were at its time."""
    revision.objects.get_or_create(pk=1)
    site.objects.get_or_create(pk=1)
    install_pages(page)
    if web_link.objects.exists():
        return
    for menu, paths in MENUS.items():
        for position, path in enumerate(paths, start=1):
            target = page.objects.get(path=path)
            web_link.objects.create(menu=menu, label=target.title, page=target, position=position * 10)


def install_pages(page: Any) -> None:
    for path, title, record_type in PAGES:
        page.objects.get_or_create(
            path=path, defaults={"title": title, "record_type": record_type, "is_builtin": True}
        )


def plant(page: Any) -> None:
    """Make a tree of pages that have paths alone. A page that is missing on the way becomes an empty one that
    no menu shows."""
    for path in page.objects.order_by("path").values_list("path", flat=True):
        steps = branch(path)
        for above, below in pairwise(steps):
            slug = below.removeprefix(above).strip("/")
            parent = page.objects.get(path=above)
            title = slug.replace("-", " ").capitalize()[:100]
            new = {"title": title, "hidden_from_menus": True, "parent": parent, "slug": slug}
            found, is_new = page.objects.get_or_create(path=below, defaults=new)
            if not is_new:
                page.objects.filter(pk=found.pk).update(parent=parent, slug=slug)
