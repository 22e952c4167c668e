"""Which addresses belong to the portal itself, and how page rules see them."""

from django.conf import settings
from django.urls import Resolver404, resolve

from accounts.page_rights import PageRight
from records.surfaces import surface_named

PAGE_URL_NAME = "page"
"""The one route under which all pages of administrators are served (portal.views.pages)."""

OUTSIDE_PAGE_RULES = (
    "/accounts/",
    "/redeem/",
    "/admin/",
    "/mail/",
    "/brand.css",
    "/brand/",
    "/preferences/",
    "/robots.txt",
    "/sitemap.xml",
)
"""Never under page rules: a rule on the root must not lock the door to the sign-in page and to invitations,
nor take away its look, the theme, the way to another account, and what search engines are told. What needs a
gate there has its own."""

FILES = "/files/"
"""What was sent with messages about records of any type: ``/files/<type>/<key>/``."""


def is_builtin(path: str) -> bool:
    """Whether the portal itself answers here, with a slash at the end or without, or keeps the branch for
    itself."""
    if path.startswith((*OUTSIDE_PAGE_RULES, FILES, settings.STATIC_URL)):
        return True
    return any(is_served(spelling) for spelling in (path, path.rstrip("/") or "/"))


def ruled_as(path: str) -> str:
    """The path whose rules count: files do not lie below the page of their feature, but are under its
    rules."""
    if not path.startswith(FILES):
        return path
    surface = surface_named(path.removeprefix(FILES).partition("/")[0])
    return surface.url(surface.list_name) if surface and surface.talk else path


def right_at(path: str) -> PageRight | None:
    """What the view there asks of its reader beside page rules, if it says so."""
    try:
        return getattr(resolve(path).func, "page_right", None)
    except Resolver404:
        return None


def is_served(path: str) -> bool:
    """Whether a view of the portal itself answers at exactly this address."""
    try:
        return resolve(path).url_name != PAGE_URL_NAME
    except Resolver404:
        return False
