"""The record-permission engine: which rows a contact may see, and what they may do with them. Everything else
is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Account, Contact, RecordPermission, WebRole
from accounts.scoping import PRIVILEGES, can
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
    return {
        "alice": alice,
        "bob": bob,
        "charlie": charlie,
        "pat": make_contact("Pat", None),
        "quinn": make_contact("Quinn", None),
    }


@pytest.fixture
def cases(people):
    """Name of the contact → their case."""
    problem = RequestType.objects.get(slug="problem")
    return {
        name: Case.objects.create(
            subject=f"Case of {name}", contact=contact, account=contact.account, request_type=problem
        )
        for name, contact in people.items()
    }


def again(contact):
    """The contact as the next request reads it."""
    return Contact.objects.get(pk=contact.pk)


def permitted(reader, privilege, cases):
    """Whose cases the engine permits, asked in the two ways it can be asked; they must agree on every row."""
    as_rows = {
        name for name, case in cases.items() if Case.objects.permitted_to(privilege, reader).contains(case)
    }
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


def test_nobody_sees_nothing_of_what_belongs_to_somebody_even_where_everyone_has_everything(people, cases):
    everyone = WebRole.objects.create(name="Everyone", for_authenticated=True)
    for scope in ("global", "account", "contact"):
        RecordPermission.objects.create(role=everyone, record_type="case", scope=scope, can_read=True)
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
    """Pat has no account, so a grant in account scope must not hide Pat's own cases, nor match those of other
    individuals."""
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
    ("scope", "expected"),
    [("global", EVERYBODY), ("account", {"alice", "bob"}), ("contact", {"alice"}), (None, set())],
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
        contact = Contact(
            account=account, user=alice.user, first_name="A", last_name="B", email="other@acme.example"
        )
        with pytest.raises(ValidationError, match="This user is already a contact of this account"):
            contact.full_clean()


@pytest.mark.parametrize("in_account", [True, False])
def test_ada_is_told_of_a_contact_that_exists_already(sign_in, ada, alice, in_account):
    pat = make_contact("Pat", None)
    data = {"account": alice.account_id if in_account else "", "first_name": "A", "last_name": "B"}
    email = alice.email if in_account else pat.email
    page = sign_in(ada).post(reverse("admin:accounts_contact_add"), {**data, "email": email.upper()})
    assert "This account already has a contact with this email address." in page.text
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("is_new", [True, False])
def test_ada_is_told_so_on_the_accounts_own_page_too(sign_in, ada, alice, acme, is_new):
    """Twice in one form for a new account, and a contact more for one that has it."""
    form = {
        "number": "A-9" if is_new else acme.number,
        "name": "X",
        "kind": "customer",
        "status": "active",
        "email_domains": "x.example",
    }
    rows = {"contacts-TOTAL_FORMS": 2, "contacts-INITIAL_FORMS": 0 if is_new else 1}
    for n, (pk, email) in enumerate([("" if is_new else alice.pk, alice.email), ("", alice.email.upper())]):
        row = {
            "id": pk,
            "account": "" if is_new else acme.pk,
            "first_name": "A",
            "last_name": "B",
            "email": email,
        }
        rows |= {f"contacts-{n}-{field}": value for field, value in row.items()}
    url = (
        reverse("admin:accounts_account_add")
        if is_new
        else reverse("admin:accounts_account_change", args=[acme.pk])
    )
    page = sign_in(ada).post(url, form | rows)
    assert "This account already has a contact with this email address." in page.text
    assert Contact.objects.count() == 1
    rows["contacts-1-email"] = "second@acme.example"
    assert sign_in(ada).post(url, form | rows).status_code == 302
    assert Contact.objects.filter(email="second@acme.example").exists()
