from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

ADD_PAGES = "portal.shipped.add_pages_of_new_features"
"""By name: what it imports has models, and these can be loaded once all apps are known."""


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Site and pages")

    def ready(self) -> None:
        post_migrate.connect(import_string(ADD_PAGES), sender=self)
