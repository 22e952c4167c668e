from random import Random
from typing import Any

from accounts.models import WebRole
from lib import markdown
from lib.paths import branch
from portal.models import AllowedNetwork, Page, PageAccessRule, Redirect, WebLink


def allow(*networks: str) -> None:
    for network in networks:
        AllowedNetwork.objects.create(cidr=network)


def make_page(path: str, body: str = "", **fields: Any) -> Page:
    """A page at ``path``; pages that are missing above it are made, too."""
    *_above, parent_path, path = branch(path)
    parent = Page.objects.filter(path=parent_path).first() or make_page(parent_path)
    slug = path.removeprefix(parent_path).strip("/")
    values = {"title": slug.capitalize(), "body": body, "body_html": markdown.render_page(body), **fields}
    return Page.objects.create(parent=parent, slug=slug, path=path, **values)


def restrict(
    path: str, *role_names: str, right: str = PageAccessRule.Right.READ, reopens: bool = False
) -> PageAccessRule:
    """Give the right on the page at ``path``, which is made if need be, to the roles."""
    page = Page.objects.filter(path=path).first() or make_page(path)
    rule = PageAccessRule.objects.create(page=page, right=right, reopens=reopens)
    rule.roles.set([WebRole.objects.get(name=name) for name in role_names])
    return rule


def make_link(label: str, path: str = "", **fields: Any) -> WebLink:
    """A menu entry that leads to the page at ``path``, or else to ``url``."""
    page = Page.objects.get(path=path) if path else None
    return WebLink.objects.create(label=label, page=page, **fields)


def fill_site(*, pages: int, rules: int, roles: int, links: int, redirects: int) -> None:
    """Add a believable site: branches of up to five levels, rules on some of them, menus of two levels."""
    chance = Random(4)  # noqa: S311 -- the same site every time
    new_roles = WebRole.objects.bulk_create(WebRole(name=f"Role of site {number}") for number in range(roles))
    tree = [Page.objects.get(path="/")]
    for number in range(pages):
        parent = chance.choice([page for page in tree[-200:] if page.depth < 5] or tree[:1])
        slug = f"page-{number}"
        path = f"{parent.path}{slug}/"
        tree.append(
            Page.objects.create(
                parent=parent, slug=slug, path=path, title=f"Page {number}", body_html="<p>x</p>"
            )
        )
    for page in chance.sample(tree[1:], rules):
        rule = PageAccessRule.objects.create(page=page, reopens=chance.random() < 0.1)
        rule.roles.set(chance.sample(new_roles, 3))
    for number in range(links):
        WebLink.objects.create(
            menu=chance.choice(WebLink.Menu.values), label=f"Entry {number}", page=chance.choice(tree[1:])
        )
    Redirect.objects.bulk_create(
        Redirect(from_path=f"/old-{number}/", to=f"/page-{number}/") for number in range(redirects)
    )
