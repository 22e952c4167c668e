from portal.models.content import Announcement
from portal.models.menus import WebLink, WebLinkTranslation
from portal.models.network import AllowedNetwork
from portal.models.pages import Page, PageAccessRule, PageTranslation
from portal.models.redirects import Redirect
from portal.models.site import ConfigurationRevision, Site
from portal.models.snippets import SnippetText

__all__ = [
    "AllowedNetwork",
    "Announcement",
    "ConfigurationRevision",
    "Page",
    "PageAccessRule",
    "PageTranslation",
    "Redirect",
    "Site",
    "SnippetText",
    "WebLink",
    "WebLinkTranslation",
]
