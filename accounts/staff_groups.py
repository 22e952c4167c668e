"""Groups of staff that every installation starts with, and what each may do in the administration.

A migration creates them once; superusers change them afterwards. What a later model adds comes with a
migration of its own that calls ``extend``. Roles of contacts are something else: see accounts.shipped.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps

VIEW, EDIT, ALL = "view", "view add change", "view add change delete"
Rights = Mapping[str, str]
"""Model → what may be done with its rows."""

SUPPORT_AGENT = "Support agent"
CONTENT_EDITOR = "Content editor"
BILLING = "Billing"
ADMINISTRATOR = "Administrator"

GROUPS: dict[str, Rights] = {
    SUPPORT_AGENT: {
        "cases.case": "view change",
        "cases.savedreply": ALL,
        "records.inboundmail": "view change",
        "cases.entitlement": VIEW,  # what is left to the customer; the page of a case leads there
        "accounts.account": VIEW,
        "accounts.contact": VIEW,
        "accounts.user": VIEW,  # to choose whom a case is assigned to
        "accounts.invitation": EDIT,
        "accounts.invitationredemption": VIEW,
        "knowledgebase.article": "view add",  # a draft, also from a case; to publish it is for others
        "forums.topic": VIEW,
    },
    # Who can read a page is not theirs to decide: they see its rules, and leave pages where they stand.
    CONTENT_EDITOR: {
        "knowledgebase.category": ALL,
        "knowledgebase.article": ALL,
        "knowledgebase.articlefeedback": VIEW,
        "forums.forum": EDIT,
        "forums.topic": ALL,
        "forums.post": "view change delete",
        "portal.announcement": ALL,
        "portal.page": ALL,
        "portal.pagetranslation": ALL,
        "portal.pageaccessrule": VIEW,
        "portal.weblink": ALL,
        "portal.weblinktranslation": ALL,
        "portal.snippettext": ALL,
    },
    BILLING: {
        "invoices.invoice": ALL,
        "invoices.invoiceline": ALL,
        "invoices.payment": "view add",
        "invoices.invoicesettings": VIEW,
        "cases.entitlement": VIEW,
        "accounts.account": VIEW,
        "accounts.contact": VIEW,
    },
    # Everything but what only superusers do: superusers, single permissions, and what a group may do
    # (accounts.admin.staff).
    ADMINISTRATOR: {
        "accounts.account": EDIT,
        "accounts.contact": f"{EDIT} preview",
        "accounts.invitation": EDIT,
        "accounts.invitationredemption": VIEW,
        "accounts.user": EDIT,
        "accounts.webrole": ALL,
        "accounts.recordpermission": ALL,
        "accounts.signinpolicy": "view change",
        "accounts.activity": VIEW,
        "accounts.outgoingmail": VIEW,
        "auth.group": VIEW,
        "cases.case": "view change",
        "cases.product": ALL,
        "cases.requesttype": ALL,
        "cases.requestfield": ALL,
        "cases.casestatus": ALL,
        "cases.casedesk": "view change",
        "cases.queue": ALL,
        "cases.routingrule": ALL,
        "cases.savedreply": ALL,
        "records.inboundmail": "view change",
        "cases.businesscalendar": ALL,
        "cases.businessinterval": ALL,
        "cases.closedday": ALL,
        "cases.slapolicy": ALL,
        "cases.entitlement": EDIT,
        "knowledgebase.category": ALL,
        "knowledgebase.article": ALL,
        "knowledgebase.articlefeedback": VIEW,
        "forums.forum": ALL,
        "forums.topic": ALL,
        "forums.post": "view change delete",
        "invoices.invoice": ALL,
        "invoices.invoiceline": ALL,
        "invoices.payment": "view add",
        "invoices.invoicesettings": "view change",
        "portal.site": "view change",
        "portal.announcement": ALL,
        "portal.page": ALL,
        "portal.pagetranslation": ALL,
        "portal.pageaccessrule": ALL,
        "portal.weblink": ALL,
        "portal.weblinktranslation": ALL,
        "portal.redirect": ALL,
        "portal.snippettext": ALL,
        "portal.allowednetwork": ALL,
        "procrastinate.procrastinatejob": "view change",
    },
}


def install(group: Any, permission: Any, content_type: Any) -> None:
    """Create the groups that are missing. The models are parameters: a migration passes them as they were at
    its time."""
    for name, rights in GROUPS.items():
        made, is_new = group.objects.get_or_create(name=name)
        if is_new:
            made.permissions.set(permissions(rights, permission, content_type))


def extend(name: str, rights: Rights, group: Any, permission: Any, content_type: Any) -> None:
    """Let a group do more, unless the company has done away with it."""
    for found in group.objects.filter(name=name):
        found.permissions.add(*permissions(rights, permission, content_type))


def permissions(rights: Rights, permission: Any, content_type: Any) -> Iterable[Any]:
    """The rows for these rights. Django writes its own at the very end of migrating, and takes those that are
    there."""
    for label, words in rights.items():
        app_label, model = label.split(".")
        kind, _ = content_type.objects.get_or_create(app_label=app_label, model=model)
        for right in words.split():
            yield permission.objects.get_or_create(
                content_type=kind, codename=f"{right}_{model}", defaults={"name": _name(right, label)}
            )[0]


def _name(right: str, label: str) -> str:
    """As Django would write it."""
    options = apps.get_model(label)._meta
    own = {codename: str(name) for codename, name in options.permissions}
    return own.get(f"{right}_{options.model_name}", f"Can {right} {options.verbose_name_raw}")
