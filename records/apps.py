from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from accounts.staff_groups import ADMINISTRATOR, SUPPORT_AGENT, StaffRights


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Records")
    staff_rights: StaffRights = {
        SUPPORT_AGENT: {"inboundmail": "view change"},
        ADMINISTRATOR: {"inboundmail": "view change"},
    }

    def ready(self) -> None:
        """Each feature declares the surfaces of its records in ``surface.py``."""
        autodiscover_modules("surface")
