"""A generated world: accounts, contacts, roles, permissions, audiences, rules and records in every
combination that chance finds."""

from random import Random
from typing import Any

from accounts.models import Account, Contact, RecordPermission, WebRole
from accounts.scoping import record_types
from portal.models import Page, PageAccessRule
from records.surfaces import Surface
from tests.factories import make_account, make_contact
from tests.forums.factories import make_forum
from tests.invoices.factories import make_draft
from tests.knowledgebase.factories import make_article, make_category
from tests.knowledgebase.factories import make_draft as make_draft_article
from tests.portal.factories import make_page
from tests.records.addresses import SAMPLED


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
    return list(Contact.objects.with_rights().select_related("account").order_by("pk"))


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
        for kind in record_types():
            for name, scope, _privilege in kind.grantable(for_visitors=True):
                RecordPermission.objects.create(role=visitors, record_type=name, scope=scope, can_read=True)
    return [everyone, visitors, *roles]


def _records(chance: Random, contacts: list[Contact], accounts: list[Account], roles: list[WebRole]) -> None:
    """Of each type that belongs to somebody, samples; and what the states and audiences of others ask for."""
    for surface in SAMPLED:
        if surface.granted.belongs_to_somebody:
            _samples(chance, surface, contacts, accounts)
    make_draft(accounts[0])
    for _ in range(4):
        shelf = make_category("", *chance.sample(roles, chance.randint(0, 2)))
        make_article(category=shelf)
        make_draft_article(category=shelf)
        make_forum().audience.set(chance.sample(roles, chance.randint(0, 2)))


def _samples(chance: Random, surface: Surface[Any], contacts: list[Contact], accounts: list[Account]) -> None:
    kind = surface.record_type
    owners = [(contact.account, contact) for contact in chance.sample(contacts, 8)]
    for account, contact in owners if kind.contact else [(account, None) for account in accounts]:
        assert surface.sample
        record = surface.sample(account, contact)
        if kind.joined:
            _let_in(chance, record, getattr(record, kind.joined), contacts)


def _let_in(chance: Random, record: Any, joined: Any, contacts: list[Contact]) -> None:
    """Colleagues, mostly; and what the portal never writes, but a move to another account may leave:
    strangers, the owner."""
    colleagues = [contact for contact in contacts if contact.account_id == record.account_id]
    people = {
        *chance.sample(colleagues, chance.randint(0, len(colleagues))),
        *chance.sample(contacts, chance.randint(0, 2)),
    }
    for contact in people:
        joined.create(contact=contact)


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
