from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.staff_groups import ADMINISTRATOR, ALL, CONTENT_EDITOR, VIEW, StaffRights

ADD_PAGES = "portal.shipped.add_pages_of_new_features"
"""By name: what it imports has models, and these can be loaded once all apps are known."""


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Site and pages")
    staff_rights: StaffRights = {
        # Who can read a page is not theirs to decide: they see its rules, and leave pages where they stand.
        CONTENT_EDITOR: {
            "announcement": ALL,
            "page": ALL,
            "pagetranslation": ALL,
            "pageaccessrule": VIEW,
            "weblink": ALL,
            "weblinktranslation": ALL,
            "snippettext": ALL,
        },
        ADMINISTRATOR: {
            "site": "view change",
            "announcement": ALL,
            "page": ALL,
            "pagetranslation": ALL,
            "pageaccessrule": ALL,
            "weblink": ALL,
            "weblinktranslation": ALL,
            "redirect": ALL,
            "snippettext": ALL,
            "allowednetwork": ALL,
        },
    }

    def ready(self) -> None:
        post_migrate.connect(import_string(ADD_PAGES), sender=self)
