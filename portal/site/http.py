from accounts.http import PortalRequest
from portal.site.configuration import Configuration


class SiteRequest(PortalRequest):
    """A portal request as the shell's own views see it: with the site's configuration, read once."""

    configuration: Configuration
