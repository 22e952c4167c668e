"""The record-permission engine: which rows a contact may see, and what they may do with them. Everything else is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Account, Contact, RecordPermission, WebRole
from accounts.scoping import PRIVILEGES, can, record_types
from cases.models import Attachment, Case, CaseMessage, RequestType
from tests.cases.factories import make_case, pdf_upload
from tests.factories import grant, make_contact


@pytest.fixture
def nothing_for_everyone(db):
    """Nobody may do anything, unless the test grants it."""
    RecordPermission.objects.all().delete()


@pytest.fixture
def people(nothing_for_everyone, alice, bob, charlie):
    """Name → contact; Pat and Quinn belong to no account."""
    return {"alice": alice, "bob": bob, "charlie": charlie, "pat": make_contact("Pat", None), "quinn": make_contact("Quinn", None)}


@pytest.fixture
def cases(people):
    """Name of the contact → their case."""
    problem = RequestType.objects.get(slug="problem")
    return {
        name: Case.objects.create(subject=f"Case of {name}", contact=contact, account=contact.account, request_type=problem)
        for name, contact in people.items()
    }


def again(contact):
    """The contact as the next request reads it."""
    return Contact.objects.get(pk=contact.pk)


def permitted(reader, privilege, cases):
    """Whose cases the engine permits, asked in the two ways it can be asked; they must agree on every row."""
    as_rows = {name for name, case in cases.items() if Case.objects.permitted_to(privilege, reader).contains(case)}
    one_by_one = {name for name, case in cases.items() if can(reader, privilege, case)}
    assert as_rows == one_by_one
    if as_rows:
        assert can(reader, privilege, Case)
    return as_rows


EVERYBODY = {"alice", "bob", "charlie", "pat", "quinn"}
REACH = {
    ("alice", "global"): EVERYBODY,
    ("alice", "account"): {"alice", "bob"},
    ("alice", "contact"): {"alice"},
    ("pat", "global"): EVERYBODY,
    ("pat", "account"): set(),
    ("pat", "contact"): {"pat"},
}


@pytest.mark.parametrize(("reader", "scope"), REACH)
def test_a_grant_reaches_its_scope_and_its_privilege_and_no_further(people, cases, reader, scope):
    for granted in PRIVILEGES:
        people[reader].roles.set([grant(people[reader], "case", scope, granted)])
        contact = again(people[reader])
        for privilege in PRIVILEGES:
            expected = REACH[reader, scope] if privilege == granted else set()
            assert permitted(contact, privilege, cases) == expected
            assert can(contact, privilege, Case) is bool(expected)
        assert set(Case.objects.visible_to(contact)) == set(Case.objects.permitted_to("read", contact))


def test_without_a_grant_nothing_is_permitted(people, cases):
    for contact in people.values():
        for privilege in PRIVILEGES:
            assert permitted(again(contact), privilege, cases) == set()
            assert not can(again(contact), privilege, Case)


def test_nobody_sees_nothing_even_where_everything_is_granted(people, cases):
    for scope in ("global", "account", "contact"):
        RecordPermission.objects.create(role=WebRole.objects.get(name="Anonymous Users"), record_type="case", scope=scope, can_read=True)
    assert permitted(None, "read", cases) == set()
    assert not can(None, "read", Case)


@pytest.mark.parametrize("what", ["contact", "account"])
def test_an_inactive_contact_and_one_of_an_inactive_account_see_nothing(people, cases, what):
    alice = people["alice"]
    grant(alice, "case", "global", *PRIVILEGES)
    assert permitted(again(alice), "read", cases) == EVERYBODY
    if what == "contact":
        alice.deactivate()
    else:
        Account.objects.filter(pk=alice.account_id).update(status=Account.Status.INACTIVE)
    for privilege in PRIVILEGES:
        assert permitted(again(alice), privilege, cases) == set()
        assert not can(again(alice), privilege, Case)


def test_a_reactivated_contact_sees_again(people, cases):
    grant(people["alice"], "case", "contact", "read")
    people["alice"].deactivate()
    people["alice"].reactivate()
    assert permitted(again(people["alice"]), "read", cases) == {"alice"}


def test_the_grants_of_several_roles_add_up(people, cases):
    alice = people["alice"]
    grant(alice, "case", "contact", "read", "write")
    grant(alice, "case", "account", "read")
    grant(alice, "invoice", "account", "delete")
    alice = again(alice)
    assert permitted(alice, "read", cases) == {"alice", "bob"}
    assert permitted(alice, "write", cases) == {"alice"}
    assert permitted(alice, "delete", cases) == set()


def test_a_wide_grant_that_means_nothing_leaves_the_narrow_one(people, cases):
    """Pat has no account, so a grant in account scope must not hide Pat's own cases, nor match those of other individuals."""
    grant(people["pat"], "case", "account", "read")
    grant(people["pat"], "case", "contact", "read")
    assert permitted(again(people["pat"]), "read", cases) == {"pat"}


def test_a_role_of_everyone_who_is_signed_in_counts_without_being_given(people, cases):
    role = WebRole.objects.create(name="Everyone", for_authenticated=True)
    RecordPermission.objects.create(role=role, record_type="case", scope="contact", can_read=True)
    assert permitted(again(people["alice"]), "read", cases) == {"alice"}
    assert permitted(again(people["pat"]), "read", cases) == {"pat"}
    assert permitted(None, "read", cases) == set()


def test_a_role_counts_for_those_who_hold_it_alone(people, cases):
    role = grant(people["alice"], "case", "account", "read")
    assert permitted(again(people["bob"]), "read", cases) == set()
    people["bob"].roles.add(role)
    assert permitted(again(people["bob"]), "read", cases) == {"alice", "bob"}


def test_the_same_user_sees_as_each_contact_what_that_contact_may_see(people, cases, globex):
    other = make_contact("Alice", globex, user=people["alice"].user)
    for contact in (people["alice"], other):
        grant(contact, "case", "account", "read")
    assert permitted(again(people["alice"]), "read", cases) == {"alice", "bob"}
    assert permitted(again(other), "read", cases) == {"charlie"}


def test_messages_and_files_are_seen_through_their_case(people):
    cases = {name: make_case(people[name], uploads=[pdf_upload()]) for name in ("alice", "charlie")}
    grant(people["alice"], "case", "contact", "read")
    for kind, case_of in ((CaseMessage, "case"), (Attachment, "message__case")):
        seen = kind.objects.visible_to(again(people["alice"]))
        assert set(seen.values_list(case_of, flat=True)) == {cases["alice"].pk}
        assert not kind.objects.visible_to(again(people["charlie"])).exists()
        assert not kind.objects.visible_to(None).exists()


@pytest.mark.parametrize(
    ("scope", "expected"), [("global", EVERYBODY), ("account", {"alice", "bob"}), ("contact", {"alice"}), (None, set())]
)
def test_contacts_themselves_are_under_the_same_engine(people, scope, expected):
    if scope:
        grant(people["alice"], "contact", scope, "read")
    reader = again(people["alice"])
    assert {contact.first_name.lower() for contact in Contact.objects.visible_to(reader)} == expected
    assert {name for name, contact in people.items() if can(reader, "read", contact)} == expected


def test_asking_costs_one_query_whatever_is_granted(people, cases, django_assert_num_queries):
    for scope in ("global", "account", "contact"):
        grant(people["alice"], "case", scope, "read")
    reader = Contact.objects.select_related("account").with_rights().get(pk=people["alice"].pk)
    with django_assert_num_queries(1):
        assert len(Case.objects.visible_to(reader)) == 5
        assert can(reader, "read", cases["charlie"])


# What may be granted


ROLE_ADD = reverse("admin:accounts_webrole_add")


def role_form(name, *permissions, role=None, **flags):
    """What the administration posts for a role; ``permissions`` are (record type, scope)."""
    kept = list(role.record_permissions.all()) if role else []
    form = {
        "name": name,
        **flags,
        "record_permissions-INITIAL_FORMS": len(kept),
        "record_permissions-TOTAL_FORMS": len(kept) + len(permissions),
    }
    rows = [(p.pk, p.record_type, p.scope) for p in kept] + [("", *permission) for permission in permissions]
    for n, (pk, record_type, scope) in enumerate(rows):
        row = {"id": pk, "role": role.pk if role else "", "record_type": record_type, "scope": scope, "can_read": "on"}
        form |= {f"record_permissions-{n}-{field}": value for field, value in row.items()}
    return form


def change(role):
    return reverse("admin:accounts_webrole_change", args=[role.pk])


OWNED = [kind.name for kind in record_types() if kind.belongs_to_somebody]
REFUSED = "Visitors can never be given records that belong to an account."


def test_the_types_that_belong_to_somebody_are_known():
    assert set(OWNED) >= {"case", "contact", "invoice"}


@pytest.mark.parametrize("record_type", OWNED)
def test_visitors_can_never_be_given_records_of_an_account(db, record_type):
    visitors = WebRole.objects.get(name="Anonymous Users")
    with pytest.raises(ValidationError, match="Visitors can never"):
        RecordPermission(role=visitors, record_type=record_type, scope="global", can_read=True).full_clean()


def test_visitors_can_be_given_what_belongs_to_nobody(db):
    visitors = WebRole.objects.get(name="Anonymous Users")
    RecordPermission(role=visitors, record_type="article", scope="global", can_read=True).full_clean()


def test_ada_cannot_give_a_visitors_role_records_of_an_account(sign_in, ada):
    visitors = WebRole.objects.get(name="Anonymous Users")
    page = sign_in(ada).post(change(visitors), role_form("Anonymous Users", ("case", "global"), role=visitors, for_anonymous="on"))
    assert REFUSED in page.text
    assert not visitors.record_permissions.exists()


def test_ada_cannot_make_a_new_role_for_visitors_with_records_of_an_account(sign_in, ada):
    page = sign_in(ada).post(ROLE_ADD, role_form("New", ("case", "global"), for_anonymous="on"))
    assert REFUSED in page.text
    assert not WebRole.objects.filter(name="New").exists()


def test_ada_cannot_give_visitors_a_role_that_has_records_of_an_account(sign_in, ada):
    finance = WebRole.objects.get(name="Portal Finance User")
    page = sign_in(ada).post(change(finance), role_form(finance.name, role=finance, for_anonymous="on"))
    assert REFUSED in page.text
    assert not WebRole.objects.get(pk=finance.pk).for_anonymous


def test_ada_makes_a_role_that_grants_something(sign_in, ada, alice):
    response = sign_in(ada).post(ROLE_ADD, role_form("Auditor", ("case", "account"), ("invoice", "account"), delegable="on"))
    assert response.status_code == 302
    alice.roles.add(WebRole.objects.get(name="Auditor"))
    assert again(alice).grants["invoice"] == {"account": ["read"]}
    assert again(alice).sees_colleagues(Case.record_type)


@pytest.mark.parametrize(("record_type", "scope"), [("article", "account"), ("forum", "contact"), ("invoice", "contact")])
def test_a_scope_that_the_records_do_not_have_is_explained(sign_in, ada, record_type, scope):
    page = sign_in(ada).post(ROLE_ADD, role_form("New", (record_type, scope)))
    assert "These records do not belong to an account or contact." in page.text
    assert not WebRole.objects.filter(name="New").exists()


def test_a_permission_for_nothing_is_explained(sign_in, ada):
    form = role_form("New", ("case", "account"))
    del form["record_permissions-0-can_read"]
    page = sign_in(ada).post(ROLE_ADD, form)
    assert "Tick at least one of read, create, write and delete." in page.text


def test_a_role_is_for_visitors_or_for_the_signed_in(sign_in, ada):
    page = sign_in(ada).post(ROLE_ADD, role_form("New", for_anonymous="on", for_authenticated="on"))
    assert "A role is for visitors or for everyone who is signed in, not both." in page.text


def test_an_invented_type_of_records_grants_nothing_and_is_refused(sign_in, ada):
    page = sign_in(ada).post(ROLE_ADD, role_form("New", ("secrets", "global")))
    assert "Select a valid choice" in page.text


# One contact a person and account


def test_an_address_is_once_in_an_account_whatever_its_letter_case(alice, acme):
    with pytest.raises(IntegrityError, match="accounts_contact_email_once_an_account"):
        make_contact("Other", acme, email="ALICE@acme.example", signs_in=False)


def test_the_same_address_may_be_in_two_accounts(alice, globex):
    assert make_contact("Alice", globex, email=alice.email, user=alice.user).pk != alice.pk


def test_two_individuals_cannot_have_the_same_address(db):
    make_contact("Pat", None, email="pat@private.example")
    with pytest.raises(IntegrityError, match="accounts_contact_email_once_an_account"):
        make_contact("Patricia", None, email="Pat@private.example", signs_in=False)


def test_a_user_is_once_in_an_account_and_once_an_individual(alice, acme):
    make_contact("Alice", None, email="alice@home.example", user=alice.user)
    for account in (acme, None):
        contact = Contact(account=account, user=alice.user, first_name="A", last_name="B", email="other@acme.example")
        with pytest.raises(ValidationError, match="This user is a contact of this account already"):
            contact.full_clean()


@pytest.mark.parametrize("in_account", [True, False])
def test_ada_is_told_of_a_contact_that_exists_already(sign_in, ada, alice, in_account):
    pat = make_contact("Pat", None)
    data = {"account": alice.account_id if in_account else "", "first_name": "A", "last_name": "B"}
    email = alice.email if in_account else pat.email
    page = sign_in(ada).post(reverse("admin:accounts_contact_add"), {**data, "email": email.upper()})
    assert "This account has a contact with this e-mail address already." in page.text
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("is_new", [True, False])
def test_ada_is_told_so_on_the_accounts_own_page_too(sign_in, ada, alice, acme, is_new):
    """Twice in one form for a new account, and a contact more for one that has it."""
    form = {"number": "A-9" if is_new else acme.number, "name": "X", "kind": "customer", "status": "active", "email_domains": "x.example"}
    rows = {"contacts-TOTAL_FORMS": 2, "contacts-INITIAL_FORMS": 0 if is_new else 1}
    for n, (pk, email) in enumerate([("" if is_new else alice.pk, alice.email), ("", alice.email.upper())]):
        row = {"id": pk, "account": "" if is_new else acme.pk, "first_name": "A", "last_name": "B", "email": email}
        rows |= {f"contacts-{n}-{field}": value for field, value in row.items()}
    url = reverse("admin:accounts_account_add") if is_new else reverse("admin:accounts_account_change", args=[acme.pk])
    page = sign_in(ada).post(url, form | rows)
    assert "This account has a contact with this e-mail address already." in page.text
    assert Contact.objects.count() == 1
    rows["contacts-1-email"] = "second@acme.example"
    assert sign_in(ada).post(url, form | rows).status_code == 302
    assert Contact.objects.filter(email="second@acme.example").exists()
