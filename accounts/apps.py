from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.shipped import USER_MANAGER, RoleGrants
from accounts.staff_groups import ADMINISTRATOR, ALL, BILLING, EDIT, SUPPORT_AGENT, VIEW, StaffRights


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Contacts and roles")
    role_grants: RoleGrants = {USER_MANAGER: [("contact", "account", ("read", "create", "write"))]}
    staff_rights: StaffRights = {
        SUPPORT_AGENT: {
            "account": VIEW,
            "contact": VIEW,
            "user": VIEW,  # to choose whom a case is assigned to
            "invitation": EDIT,
            "invitationredemption": VIEW,
        },
        BILLING: {"account": VIEW, "contact": VIEW},
        ADMINISTRATOR: {
            "account": EDIT,
            "contact": f"{EDIT} preview",
            "invitation": EDIT,
            "invitationredemption": VIEW,
            "joinrequest": VIEW,
            "user": EDIT,
            "webrole": ALL,
            "recordpermission": ALL,
            "signinpolicy": "view change",
            "activity": VIEW,
            "outgoingmail": VIEW,
            "auth.group": VIEW,
            "procrastinate.procrastinatejob": "view change",
        },
    }

    def ready(self) -> None:
        """The receivers need the models, which are there only now."""
        import_module("accounts.sign_in.receivers").connect()
