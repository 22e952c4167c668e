"""What one contact can see, and why, or why not."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Contact
from accounts.permissions.matrix import SCOPE_WORDS
from accounts.scoping import PRIVILEGE_LABELS, RecordType, granted_scope
from lib.paths import normalize
from portal.access.rights import Rights, scoped_models
from portal.access.subjects import PageSubject, Step, Subject, page_steps
from portal.site.addresses import is_served
from portal.site.sitemap import PageEntry


@dataclass(frozen=True)
class RecordReach:
    label: str
    count: int
    scope: str
    """The widest in which the contact reads; empty if nothing is permitted."""
    roles: list[str]
    """Those that permit to read, in whatever scope."""
    privileges: list[str]


@dataclass(frozen=True)
class PageReach:
    page: PageEntry
    opens: bool
    refusal: str


@dataclass(frozen=True)
class Reach:
    roles: list[str]
    records: list[RecordReach]
    pages: list[PageReach]
    door: Step
    """Whether the contact sees anything at all."""


def reach_of(contact: Contact, rights: Rights) -> Reach:
    return Reach(
        roles=rights.names(contact.role_ids),
        records=[
            _record_reach(contact, rights, kind, model.objects.visible_to(contact).count())
            for kind, model in scoped_models()
        ],
        pages=[_page_reach(contact, rights, entry) for entry in rights.configuration.pages.values()],
        door=door(contact),
    )


def _record_reach(contact: Contact, rights: Rights, kind: RecordType, count: int) -> RecordReach:
    scope = granted_scope(contact, "read", kind)
    granting = rights.readers_of(kind) & contact.role_ids
    possible = [privilege for privilege in kind.privileges if granted_scope(contact, privilege, kind)]
    return RecordReach(
        label=str(kind.label),
        count=count,
        scope=str(SCOPE_WORDS[scope]) if scope else "",
        roles=rights.names(granting),
        privileges=[str(PRIVILEGE_LABELS[privilege]) for privilege in possible],
    )


def _page_reach(contact: Contact, rights: Rights, entry: PageEntry) -> PageReach:
    subject = PageSubject(entry, rights)
    opens = contact.is_usable and subject.is_seen_by(contact)
    refusals = [step for step in why(contact, subject) if not step.passes]
    return PageReach(
        entry, opens, "" if opens or not refusals else f"{refusals[0].question} {refusals[0].answer}"
    )


def why(contact: Contact, subject: Subject) -> list[Step]:
    """Every question on the way, with its answer: the same words for yes and no."""
    return [door(contact), *subject.steps(contact)]


def sees(contact: Contact, subject: Subject) -> bool:
    return contact.is_usable and subject.is_seen_by(contact)


def door(contact: Contact) -> Step:
    """Whether somebody can act as this contact."""
    question = _("Can they use the portal?")
    if not contact.is_active:
        return Step(question, _("No: the contact is deactivated."), passes=False)
    if contact.account and not contact.account.is_active:
        return Step(
            question,
            _("No: the account %(account)s is inactive.") % {"account": contact.account},
            passes=False,
        )
    if contact.user is None:
        return Step(question, _("Not yet: no one signs in as this contact. Once someone does:"), passes=True)
    if not contact.user.is_active:
        return Step(question, _("Not now: the user is inactive. If activated again:"), passes=True)
    return Step(question, _("Yes, after signing in from an allowed network."), passes=True)


def why_address(contact: Contact, path: str, rights: Rights) -> list[Step]:
    """The same for an address: of a page, or of anything else that the portal serves."""
    if entry := rights.configuration.pages.get(normalize(path)):
        return why(contact, PageSubject(entry, rights))
    question = _("Is there anything at this address?")
    found = is_served(path) or is_served(normalize(path))
    answer = (
        _("Yes, it is a part of the portal. What it shows depends on the records there.")
        if found
        else _("No: nothing was found.")
    )
    return [door(contact), *page_steps(rights, path, contact), Step(question, answer, passes=found)]
