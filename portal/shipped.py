"""The pages and menus that every installation starts with."""

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
    """In their order: a page above comes before those below it."""
    for path, title, record_type in PAGES:
        above = page.objects.filter(path__in=branch(path)[:-1]).order_by("path").last()
        slug = path.rstrip("/").rpartition("/")[2]
        new = {"title": title, "parent": above, "slug": slug, "record_type": record_type, "is_builtin": True}
        page.objects.get_or_create(path=path, defaults=new)
