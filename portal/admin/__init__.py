"""The administration of the site itself, one file per aggregate. Importing a module registers it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.admin import access, case_articles, content, menus, networks, pages, redirects, site, snippets  # noqa: F401

admin.site.site_header = _("Customer portal administration")
admin.site.site_title = _("Administration")
admin.site.index_title = _("Overview")
