from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.shipped import AUTHENTICATED, RoleGrants
from accounts.staff_groups import ADMINISTRATOR, ALL, CONTENT_EDITOR, SUPPORT_AGENT, VIEW, StaffRights


class KnowledgebaseConfig(AppConfig):
    name = "knowledgebase"
    verbose_name = _("Knowledge base")
    role_grants: RoleGrants = {AUTHENTICATED: [("article", "global", ("read",))]}
    staff_rights: StaffRights = {
        SUPPORT_AGENT: {"article": "view add"},  # a draft, also from a case; to publish it is for others
        CONTENT_EDITOR: {"category": ALL, "article": ALL, "articlefeedback": VIEW},
        ADMINISTRATOR: {"category": ALL, "article": ALL, "articlefeedback": VIEW},
    }
