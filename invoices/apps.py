from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.shipped import FINANCE, RoleGrants
from accounts.staff_groups import ADMINISTRATOR, ALL, BILLING, VIEW, StaffRights


class InvoicesConfig(AppConfig):
    name = "invoices"
    verbose_name = _("Invoices")
    role_grants: RoleGrants = {FINANCE: [("invoice", "account", ("read",))]}
    staff_rights: StaffRights = {
        BILLING: {"invoice": ALL, "invoiceline": ALL, "payment": "view add", "invoicesettings": VIEW},
        ADMINISTRATOR: {
            "invoice": ALL,
            "invoiceline": ALL,
            "payment": "view add",
            "invoicesettings": "view change",
        },
    }
