"""Scope by privilege by type by ownership, generated from the declarations: what is granted, and nothing
beside it.

Rows of a type are samples of its surface: a new type is tried from its first day.
"""

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import Account, Contact, RecordPermission, WebRole
from accounts.scoping import PRIVILEGES, Scope, can, record_type_named, record_types
from accounts.shipped import ROLES
from cases.models import Case
from records.surfaces import surface_named
from tests.cases.factories import make_case
from tests.conftest import Member
from tests.factories import grant, make_contact
from tests.forums.factories import make_forum
from tests.knowledgebase.factories import make_article


class Owner(NamedTuple):
    """Whose a row is: names of the account and of the contact."""

    account: str | None
    contact: str | None


OWN, COLLEAGUES, STRANGERS, INDIVIDUALS = (
    Owner("acme", "alice"),
    Owner("acme", "bob"),
    Owner("globex", "charlie"),
    Owner(None, "pat"),
)
LEFT_BEHIND = Owner("globex", "alice")
"""Alice's once, but of an account that is not hers."""
ACMES, GLOBEXS, NOBODYS = Owner("acme", None), Owner("globex", None), Owner(None, None)
PEOPLE = (OWN, COLLEAGUES, STRANGERS, INDIVIDUALS)
READERS = (OWN, INDIVIDUALS)


class World(NamedTuple):
    accounts: dict[str | None, Account | None]
    contacts: dict[str | None, Contact]


def rows_of(name: str, world: World) -> dict[Owner, Any]:
    """Those that there can be: by whom they belong to, one of nobody, or whom the cast has."""
    if name in CAST:
        return CAST[name](world)
    surface = surface_named(name)
    assert surface
    assert surface.sample
    kind = surface.record_type
    owners = [*PEOPLE, LEFT_BEHIND] if kind.contact else [ACMES, GLOBEXS] if kind.account else [NOBODYS]
    rows = {}
    for owner in owners:
        contact, account = world.contacts.get(owner.contact), world.accounts[owner.account]
        made = surface.sample(contact.account if contact else account, contact)
        if kind.account:  # as what was left behind is of an account that is not its contact's
            surface.model._base_manager.filter(pk=made.pk).update(**{kind.account: account})
        rows[owner] = surface.model._base_manager.get(pk=made.pk)
    return rows


CAST: dict[str, Callable[[World], dict[Owner, Any]]] = {
    "contact": lambda world: {owner: world.contacts[owner.contact] for owner in PEOPLE},
    "account": lambda world: {owner: world.accounts[owner.account] for owner in (ACMES, GLOBEXS)},
}
"""Contacts are read in lists of their managers (test_users); accounts nowhere by themselves."""
PAGES = sorted({kind.name for kind in record_types()} - CAST.keys())


@pytest.fixture
def world(acme: Account, globex: Account, alice: Contact, bob: Contact, charlie: Contact) -> World:
    """Nobody may do anything, unless the test grants it."""
    RecordPermission.objects.all().delete()
    contacts = {"alice": alice, "bob": bob, "charlie": charlie, "pat": make_contact("Pat", None)}
    for contact in contacts.values():
        contact.roles.clear()
    return World({"acme": acme, "globex": globex, None: None}, contacts)


def expected(reader: Owner, scope: str, rows: dict[Owner, Any]) -> set[Owner]:
    """The rule in plain words, told without the engine."""
    if scope == "global":
        return set(rows)
    within = {owner for owner in rows if owner.account == reader.account}
    if scope == "account":
        return within if reader.account else set()
    return {owner for owner in within if owner.contact == reader.contact}


def permitted(contact: Contact, privilege: Any, rows: dict[Owner, Any]) -> set[Owner]:
    """As rows and one by one, which must agree."""
    model = type(next(iter(rows.values())))
    found = set(model.objects.permitted_to(privilege, contact).values_list("pk", flat=True))
    as_rows = {owner for owner, row in rows.items() if row.pk in found}
    assert as_rows == {owner for owner, row in rows.items() if can(contact, privilege, row)}
    return as_rows


def again(contact: Contact) -> Contact:
    """The contact as the next request reads it."""
    return Contact.objects.get(pk=contact.pk)


def declared() -> list[tuple[str, str, str]]:
    return [tuple(grant) for kind in record_types() for grant in kind.grantable()]


def undeclared() -> list[tuple[str, str, str]]:
    every = product([kind.name for kind in record_types()], Scope.values, PRIVILEGES)
    return sorted(set(every) - set(declared()))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.contact)
def test_a_grant_reaches_its_type_scope_and_privilege_and_no_further(
    world: World, reader: Owner, member: Member
):
    rows = {kind.name: rows_of(kind.name, world) for kind in record_types()}
    for name, scope, granted in declared():
        with member(f"{granted} {name} ({scope})"):
            grant(world.contacts[reader.contact], name, scope, granted)
            contact = again(world.contacts[reader.contact])
            for kind, privilege in product(rows, PRIVILEGES):
                reached = (
                    expected(reader, scope, rows[kind]) if (kind, privilege) == (name, granted) else set()
                )
                assert permitted(contact, privilege, rows[kind]) == reached
            for other in world.contacts.values():
                assert other == contact or permitted(again(other), granted, rows[name]) == set()


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.contact)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_the_rows_within_the_scope_and_is_not_found_for_others(
    world: World, name: str, reader: Owner, sign_in: Any, member: Member
):
    rows = rows_of(name, world)
    browser = sign_in(world.contacts[reader.contact])
    urls = {owner: row.get_absolute_url() for owner, row in rows.items()}
    for scope in sorted({scope for kind, scope, _privilege in declared() if kind == name}):
        with member(scope):
            assert {browser.get(url).status_code for url in urls.values()} == {404}
            grant(world.contacts[reader.contact], name, scope, "read")
            reached = expected(reader, scope, rows)
            assert {owner: browser.get(url).status_code for owner, url in urls.items()} == {
                owner: 200 if owner in reached else 404 for owner in rows
            }


@pytest.mark.parametrize(("name", "scope", "privilege"), undeclared())
def test_what_a_type_does_not_declare_is_refused_beside_the_field(
    db: None, name: str, scope: str, privilege: str
):
    role = WebRole.objects.create(name="Odd")
    with pytest.raises(ValidationError) as refused:
        RecordPermission(role=role, record_type=name, scope=scope, **{f"can_{privilege}": True}).full_clean()
    kind = record_type_named(name)
    assert kind is not None
    assert set(refused.value.message_dict) == ({f"can_{privilege}"} if scope in kind.scopes else {"scope"})


def test_an_invented_type_is_refused_beside_the_field(db: None):
    role = WebRole.objects.create(name="Odd")
    with pytest.raises(ValidationError) as refused:
        RecordPermission(role=role, record_type="secrets", scope="global", can_read=True).full_clean()
    assert set(refused.value.message_dict) == {"record_type"}


def test_a_permission_for_nothing_is_refused(db: None):
    with pytest.raises(ValidationError, match="Select at least one of read, create, write, and delete"):
        RecordPermission(
            role=WebRole.objects.create(name="Odd"), record_type="case", scope="global"
        ).full_clean()


def test_the_shipped_roles_grant_only_what_is_declared():
    granted = {
        (name, scope, privilege)
        for role in ROLES
        for name, scope, privileges in role.grants
        for privilege in privileges
    }
    assert granted <= set(declared())


# Taken away


def close_account(contact: Contact, role: WebRole) -> None:
    assert contact.account
    contact.account.status = Account.Status.INACTIVE
    contact.account.save()


TAKEN_AWAY: dict[str, Callable[[Contact, WebRole], Any]] = {
    "the role is taken": lambda contact, role: contact.roles.remove(role),
    "the role is deleted": lambda _contact, role: role.delete(),
    "the permission is removed": lambda _contact, role: role.record_permissions.all().delete(),
    "the privilege is removed": lambda _contact, role: role.record_permissions.update(
        can_read=False, can_create=True
    ),
    "the contact is deactivated": lambda contact, _role: contact.deactivate(),
    "the account is closed": close_account,
}


@pytest.mark.parametrize("name", PAGES)
def test_what_is_taken_away_is_gone_with_the_next_request(
    world: World, name: str, sign_in: Any, member: Member
):
    rows = rows_of(name, world)
    role = grant(world.contacts["alice"], name, "global", "read")
    for way, take_away in TAKEN_AWAY.items():
        with member(way):
            alice = again(world.contacts["alice"])
            browser, url = sign_in(alice), next(iter(rows.values())).get_absolute_url()
            assert browser.get(url).status_code == 200
            take_away(alice, WebRole.objects.get(pk=role.pk))
            response = browser.get(url)
            assert response.status_code in (302, 404)
            assert response.status_code == 404 or response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("flag", ["for_authenticated", "for_anonymous"])
def test_a_role_that_everybody_had_is_gone_with_its_flag(world: World, flag: str, sign_in: Any):
    role = WebRole.objects.create(name="Everybody", **{flag: True})
    RecordPermission.objects.create(role=role, record_type="article", scope="global", can_read=True)
    browser, url = sign_in(world.contacts["alice"]), make_article().get_absolute_url()
    assert browser.get(url).status_code == 200
    WebRole.objects.filter(pk=role.pk).update(**{flag: False})
    assert browser.get(url).status_code == 404


# What visitors can never be given


@pytest.fixture
def visitors(db: None) -> WebRole:
    return WebRole.objects.get(name="Anonymous Users")


def too_much_for_visitors() -> list[tuple[str, str, str]]:
    allowed = {(kind.name, "global", "read") for kind in record_types() if not (kind.account or kind.contact)}
    return sorted(
        set(product([*(kind.name for kind in record_types()), "secrets"], Scope.values, PRIVILEGES)) - allowed
    )


def test_the_database_has_the_same_list_of_public_types_as_the_declarations(db: None):
    """A new type that belongs to nobody needs a migration that replaces the function."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_public_record_types()")
        (listed,) = cursor.fetchone()
    assert set(listed) == {kind.name for kind in record_types() if not (kind.account or kind.contact)}


def permission(role: WebRole, name: str, scope: str, privilege: str) -> RecordPermission:
    return RecordPermission(role=role, record_type=name, scope=scope, **{f"can_{privilege}": True})


@pytest.mark.parametrize("much", too_much_for_visitors())
def test_the_database_refuses_visitors_what_they_can_never_have(
    visitors: WebRole, much: tuple[str, str, str]
):
    with pytest.raises(ValidationError):
        permission(visitors, *much).full_clean()
    with pytest.raises(IntegrityError, match="visitors can never be given"), transaction.atomic():
        RecordPermission.objects.bulk_create([permission(visitors, *much)])
    role = WebRole.objects.create(name="Odd")
    permission(role, *much).save()
    with pytest.raises(ValidationError, match=r"Visitors can (never|only)"):
        WebRole(pk=role.pk, name="Odd", for_anonymous=True).full_clean()
    with pytest.raises(IntegrityError, match="what visitors can never be given"), transaction.atomic():
        WebRole.objects.filter(pk=role.pk).update(for_anonymous=True)


@pytest.mark.parametrize("name", [kind.name for kind in record_types() if not kind.belongs_to_somebody])
def test_what_belongs_to_nobody_can_be_given_to_visitors_to_be_read(visitors: WebRole, name: str):
    given = permission(visitors, name, "global", "read")
    given.full_clean()
    given.save()
    with pytest.raises(IntegrityError, match="visitors can never be given"), transaction.atomic():
        RecordPermission.objects.filter(pk=given.pk).update(can_write=True)
    with pytest.raises(IntegrityError, match="visitors can never be given"), transaction.atomic():
        RecordPermission.objects.filter(pk=given.pk).update(record_type="case")


def test_a_grant_cannot_be_moved_to_the_role_of_visitors(visitors: WebRole):
    finances = RecordPermission.objects.filter(role__name="Portal Finance User")
    with pytest.raises(IntegrityError, match="visitors can never be given"), transaction.atomic():
        finances.update(role=visitors)


def test_a_role_of_visitors_cannot_be_delegable(visitors: WebRole):
    with pytest.raises(IntegrityError, match="serves_visitors_or_is_delegable"), transaction.atomic():
        WebRole.objects.filter(pk=visitors.pk).update(delegable=True)


def test_a_visitor_is_refused_what_belongs_to_somebody_whatever_the_table_says(
    visitors: WebRole, alice: Contact
):
    """Should the trigger be gone one day, the engine still refuses."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE accounts_recordpermission DISABLE TRIGGER accounts_recordpermission_fits_visitors"
        )
    permission(visitors, "case", "global", "read").save()
    permission(visitors, "forum", "global", "create").save()
    case, forum = make_case(alice), make_forum()
    assert not Case.objects.visible_to(None).exists()
    assert not can(None, "read", case)
    assert not can(None, "create", forum)
