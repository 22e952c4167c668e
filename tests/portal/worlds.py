"""A generated world: accounts, contacts, roles, permissions, audiences, rules and records in every
combination that chance finds."""

from random import Random
from typing import Any

from accounts.models import Account, Contact, RecordPermission, WebRole
from accounts.scoping import record_types
from cases.models import Case, CaseParticipant, RequestType
from portal.models import Page, PageAccessRule
from tests.cases.factories import make_entitlement
from tests.factories import make_account, make_contact
from tests.forums.factories import make_forum
from tests.invoices.factories import make_draft, make_invoice
from tests.knowledgebase.factories import make_article, make_category
from tests.knowledgebase.factories import make_draft as make_draft_article
from tests.portal.factories import make_page


def make_world(seed: int) -> list[Contact]:
    """Everything; returns all contacts."""
    chance = Random(seed)  # noqa: S311 -- the same world every time
    roles = _roles(chance)
    accounts: list[Account | None] = [make_account() for _ in range(3)]
    for number in range(14):
        contact = make_contact(
            f"P{number}", chance.choice([*accounts, None]), email=f"p{number}@world.example", signs_in=False
        )
        contact.roles.set(chance.sample(roles, chance.randint(0, 3)))
    contacts = list(Contact.objects.order_by("pk"))
    _records(chance, contacts, [account for account in accounts if account], roles)
    _pages(chance, roles)
    contacts[0].deactivate()
    Account.objects.filter(pk=chance.choice(accounts).pk).update(status=Account.Status.INACTIVE)
    return list(Contact.objects.order_by("pk"))


def _roles(chance: Random) -> list[WebRole]:
    RecordPermission.objects.all().delete()
    everyone = WebRole.objects.get(for_authenticated=True)
    visitors = WebRole.objects.get(for_anonymous=True)
    roles = [WebRole.objects.create(name=f"World {number}") for number in range(6)]
    for role in [everyone, *roles]:
        for kind in chance.sample(record_types(), 3 if role is not everyone else 1):
            RecordPermission.objects.create(
                role=role, record_type=kind.name, scope=chance.choice(kind.scopes), can_read=True
            )
    if chance.random() < 0.5:
        RecordPermission.objects.create(role=visitors, record_type="article", scope="global", can_read=True)
        RecordPermission.objects.create(role=visitors, record_type="forum", scope="global", can_read=True)
    return [everyone, visitors, *roles]


def _records(chance: Random, contacts: list[Contact], accounts: list[Account], roles: list[WebRole]) -> None:
    for contact in chance.sample(contacts, 8):
        _let_in(chance, _make_case(contact), contacts)
    for account in accounts:
        make_invoice(account)
        make_entitlement(account)
    make_draft(accounts[0])
    for _ in range(4):
        audience = chance.sample(roles, chance.randint(0, 2))
        shelf = make_category("", *audience)
        make_article(category=shelf)
        make_draft_article(category=shelf)
        make_forum().audience.set(chance.sample(roles, chance.randint(0, 2)))


def _make_case(contact: Contact) -> Case:
    """The row alone: who sees it depends on nothing else."""
    return Case.objects.create(
        account=contact.account,
        contact=contact,
        subject="Gateway is offline",
        request_type=RequestType.objects.get(slug="problem"),
    )


def _let_in(chance: Random, case: Case, contacts: list[Contact]) -> None:
    """Colleagues, mostly; and what the portal never writes, but a move to another account may leave:
    strangers, the owner."""
    colleagues = [contact for contact in contacts if contact.account_id == case.account_id]
    people = {
        *chance.sample(colleagues, chance.randint(0, len(colleagues))),
        *chance.sample(contacts, chance.randint(0, 2)),
    }
    for contact in people:
        CaseParticipant.objects.create(case=case, contact=contact)


def _pages(chance: Random, roles: list[WebRole]) -> None:
    for path in ("/a/", "/a/b/", "/a/b/c/", "/d/"):
        make_page(path, is_draft=chance.random() < 0.3)
    for page in chance.sample(list(Page.objects.all()), 6):
        restrict_to(page, chance.sample(roles, chance.randint(1, 3)), reopens=chance.random() < 0.3)
    previewers = PageAccessRule.objects.create(
        page=Page.objects.get(path="/a/"), right=PageAccessRule.Right.PREVIEW
    )
    previewers.roles.set(chance.sample(roles, 2))


def restrict_to(page: Page, roles: list[WebRole], **fields: Any) -> None:
    PageAccessRule.objects.create(page=page, **fields).roles.set(roles)
