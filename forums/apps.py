from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.shipped import AUTHENTICATED, RoleGrants
from accounts.staff_groups import ADMINISTRATOR, ALL, CONTENT_EDITOR, EDIT, SUPPORT_AGENT, VIEW, StaffRights


class ForumsConfig(AppConfig):
    name = "forums"
    verbose_name = _("Forums")
    role_grants: RoleGrants = {AUTHENTICATED: [("forum", "global", ("read", "create"))]}
    staff_rights: StaffRights = {
        SUPPORT_AGENT: {"topic": VIEW},
        CONTENT_EDITOR: {"forum": EDIT, "topic": ALL, "post": "view change delete"},
        ADMINISTRATOR: {"forum": ALL, "topic": ALL, "post": "view change delete"},
    }
