from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.shipped import AUTHENTICATED, FINANCE, IT, USER_MANAGER, RoleGrants
from accounts.staff_groups import ADMINISTRATOR, ALL, BILLING, EDIT, SUPPORT_AGENT, VIEW, StaffRights


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")
    role_grants: RoleGrants = {
        AUTHENTICATED: [("case", "contact", ("read", "create"))],
        USER_MANAGER: [("entitlement", "account", ("read",))],
        FINANCE: [("entitlement", "account", ("read",))],
        IT: [("case", "account", ("read", "create", "write")), ("entitlement", "account", ("read",))],
    }
    staff_rights: StaffRights = {
        SUPPORT_AGENT: {
            "case": "view change",
            "savedreply": ALL,
            "entitlement": VIEW,  # what is left to the customer; the page of a case leads there
        },
        BILLING: {"entitlement": VIEW},
        ADMINISTRATOR: {
            "case": "view change",
            "product": ALL,
            "requesttype": ALL,
            "requestfield": ALL,
            "casestatus": ALL,
            "casedesk": "view change",
            "checklist": ALL,
            "checkliststep": ALL,
            "queue": ALL,
            "routingrule": ALL,
            "savedreply": ALL,
            "businesscalendar": ALL,
            "businessinterval": ALL,
            "closedday": ALL,
            "slapolicy": ALL,
            "entitlement": EDIT,
        },
    }
