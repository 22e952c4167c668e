from portal.models.content import Announcement
from portal.models.network import AllowedNetwork
from portal.models.pages import Page, PageAccessRule, WebLink
from portal.models.site import ConfigurationRevision, Site

__all__ = ["AllowedNetwork", "Announcement", "ConfigurationRevision", "Page", "PageAccessRule", "Site", "WebLink"]
