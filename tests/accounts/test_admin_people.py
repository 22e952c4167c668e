"""Accounts, users and roles in the administration: who is there, how they sign in, and that nobody raises
themselves."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import lockout
from accounts.actions.invitations import invite_contact, invite_group
from accounts.actions.second_factor import switch_on_email
from accounts.actors import SYSTEM, Actor
from accounts.models import Account, Activity, Contact, SignInPolicy, User, WebRole
from accounts.second_factor.rules import chosen_methods
from tests.factories import PASSWORD, make_contact, make_user

NO_CONTACTS = {"contacts-TOTAL_FORMS": 0, "contacts-INITIAL_FORMS": 0}
BUTTONS = ("unlock", "end_sessions", "remove_second_factors")


def page_of(row):
    return reverse(f"admin:accounts_{row._meta.model_name}_change", args=[row.pk])


def button(name, user):
    return reverse(f"admin:accounts_user_{name}", args=[user.pk])


def staff(*codenames, **fields):
    user = make_user("helper@portal.example", is_staff=True, **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def lock(email):
    for _attempt in range(5):
        lockout.count_attempt(email, SignInPolicy.objects.stored())


def lines(verb):
    return list(Activity.objects.filter(verb=verb))


def cost(browser, url):
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


# An account


def test_the_account_shows_its_people_with_roles_state_and_last_sign_in(desk, acme, bob, charlie):
    User.objects.filter(pk=bob.user.pk).update(
        last_login=timezone.make_aware(timezone.datetime(2031, 5, 6, 7, 8))
    )
    make_contact("Dora", acme, signs_in=False)
    lock(bob.email)
    page = desk.get(page_of(acme)).text
    for shown in (
        "Portal User Manager",
        "bob@acme.example",
        "2031",
        "dora@acme.example",
        "Invited",
        "Active, locked",
    ):
        assert shown in page, shown
    assert charlie.email not in page


def test_of_many_people_the_first_hundred_are_shown_and_the_list_is_linked(desk, acme, charlie):
    Contact.objects.bulk_create(
        Contact(account=acme, first_name="P", last_name=f"{n:04}", email=f"p{n}@acme.example")
        for n in range(150)
    )
    page = desk.get(page_of(acme)).text
    assert page.count("@acme.example</td>") == 100
    assert "View all 150 contacts in the list" in page
    listed = desk.get(reverse("admin:accounts_contact_changelist"), {"account": acme.number})
    assert listed.context["cl"].result_count == 150
    assert f"?account={acme.number}" in page


def test_the_account_costs_the_same_for_one_contact_and_many(desk, acme, ada):
    make_contact("First", acme, "Portal IT User")
    few = cost(desk, page_of(acme))
    for n in range(10):
        invite_contact(
            actor=Actor(user=ada), contact=make_contact(f"P{n}", acme, "Portal IT User", signs_in=False)
        )
        make_contact(f"Q{n}", acme, "Portal Finance User")
    assert cost(desk, page_of(acme)) == few


def test_the_account_shows_invitations_and_what_happened(desk, acme, globex, ada):
    invite_group(actor=Actor(user=ada, client_ip="192.0.2.9"), account=acme, max_redemptions=3)
    invite_group(actor=Actor(user=ada), account=globex, max_redemptions=3)
    page = desk.get(page_of(acme)).text
    assert page.count("A group") == 1
    assert page.count("Account: group invited") == 1
    assert "192.0.2.9" in page


@pytest.mark.parametrize("permission", ["view_contact", "view_invitation", "view_activity"])
def test_staff_see_of_an_account_what_they_may_see_elsewhere(permission, sign_in, acme, ada):
    dora = make_contact("Dora", acme, signs_in=False)
    invite_contact(actor=Actor(user=ada), contact=dora)
    page = sign_in(staff("view_account", permission)).get(page_of(acme)).text
    assert ("<h2>People</h2>" in page) == (permission == "view_contact")
    assert ("<h2>Invitations</h2>" in page) == (permission == "view_invitation")
    assert ("Contact: invited" in page) == (permission == "view_activity")


def test_people_added_on_the_accounts_page_are_recorded(desk, acme):
    domains = {"email_domains": "acme.example", "initial-email_domains": "acme.example"}
    form = {"number": acme.number, "name": "Acme Foods", "kind": "customer", "status": "active", **domains}
    row = {
        "first_name": "Nora",
        "last_name": "New",
        "email": "nora@acme.example",
        "account": acme.pk,
        "id": "",
    }
    rows = {f"contacts-0-{name}": value for name, value in row.items()} | {
        "contacts-TOTAL_FORMS": 1,
        "contacts-INITIAL_FORMS": 0,
    }
    assert desk.post(page_of(acme), form | rows).status_code == 302
    assert lines("contact.created")[0].contact == Contact.objects.get(email="nora@acme.example")
    assert not lines("account.updated")
    assert desk.post(page_of(acme), {**form, **NO_CONTACTS, "name": "Acme"}).status_code == 302
    assert (lines("account.updated")[0].is_internal, lines("account.updated")[0].details) == (
        True,
        {"fields": ["name"]},
    )


# A user


def test_the_user_shows_how_they_sign_in(desk, alice):
    SocialAccount.objects.create(
        user=alice.user, provider="works", uid="sub-1", extra_data={"email": "alice@works.example"}
    )
    switch_on_email(actor=SYSTEM, user=alice.user)
    User.objects.filter(pk=alice.user.pk).update(erasure_asked_at=timezone.now())
    page = desk.get(page_of(alice.user)).text
    for shown in ("works (alice@works.example)", "Code by email", "Acme Foods", "Erasure requested"):
        assert shown in page, shown


@pytest.mark.parametrize(
    ("state", "found"), [("locked", ["alice@acme.example"]), ("erasure", ["charlie@globex.example"])]
)
def test_users_are_filtered_by_lock_and_wish(state, found, desk, alice, charlie):
    lock(alice.email)
    User.objects.filter(pk=charlie.user.pk).update(erasure_asked_at=timezone.now())
    shown = desk.get(reverse("admin:accounts_user_changelist"), {"state": state}).context["cl"].queryset
    assert [user.email for user in shown] == found


def test_buttons_unlock_end_sessions_and_remove_the_second_factor(desk, alice, visitor, ada):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    visitor.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    switch_on_email(actor=SYSTEM, user=alice.user)
    lock(alice.email)
    for name in BUTTONS:
        assert button(name, alice.user) in desk.get(page_of(alice.user)).text
        assert desk.post(button(name, alice.user)).status_code == 302
    assert not lockout.is_locked(alice.email)
    assert visitor.get("/cases/").status_code == 302
    assert chosen_methods(alice.user) == []
    assert {"contact.unlocked", "session.ended", "second_factor.removed"} <= {
        line.verb for line in Activity.objects.filter(actor=ada)
    }


@pytest.mark.parametrize("name", BUTTONS)
def test_questions_are_asked_before_and_only_of_those_who_may(name, sign_in, alice, bob, ada):
    switch_on_email(actor=SYSTEM, user=alice.user)
    url = button(name, alice.user)
    assert sign_in(ada).get(url).status_code == (405 if name == "unlock" else 200)
    assert sign_in(staff("view_user")).post(url).status_code == 403
    assert sign_in(bob).post(url).status_code in (302, 403)
    assert sign_in(None).post(url).status_code == 302
    assert chosen_methods(alice.user)
    assert sign_in(ada).post(reverse(f"admin:accounts_user_{name}", args=[10**30])).status_code == 404


# Nobody raises themselves


def data_of(user, **changes):
    return {"email": user.email, "is_active": "on", **NO_CONTACTS, **changes}


def test_staff_who_change_users_give_no_rights_that_they_lack(sign_in, alice):
    group = Group.objects.create(name="Everything")
    group.permissions.set(Permission.objects.all())
    helper = staff("view_user", "change_user", "view_contact")
    rights = {
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [group.pk],
        "user_permissions": [Permission.objects.first().pk],
    }
    sign_in(helper).post(page_of(alice.user), data_of(alice.user, first_name="Alicia", **rights))
    user = User.objects.get(pk=alice.user.pk)
    assert [user.is_superuser, user.groups.exists(), user.user_permissions.exists()] == [False] * 3


def test_a_superuser_can(desk, alice):
    assert desk.post(page_of(alice.user), data_of(alice.user, is_staff="on")).status_code == 302
    assert User.objects.get(pk=alice.user.pk).is_staff


@pytest.mark.parametrize("target", ["superuser", "colleague"])
def test_staff_do_not_change_the_sign_in_of_whoever_may_do_more(target, sign_in, ada):
    helper = staff("view_user", "change_user")
    colleague = make_user("sam@portal.example", PASSWORD, is_staff=True)
    colleague.user_permissions.add(Permission.objects.get(codename="change_case"))
    user = {"superuser": ada, "colleague": colleague}[target]
    before = User.objects.get(pk=user.pk)
    browser, password = sign_in(helper), "another-password-77"
    assert browser.get(page_of(user)).status_code == 200
    assert browser.post(page_of(user), data_of(user, email="thief@evil.example")).status_code == 403
    passwords = {"password1": password, "password2": password, "usable_password": "true"}
    assert (
        browser.post(reverse("admin:auth_user_password_change", args=[user.pk]), passwords).status_code == 403
    )
    for name in BUTTONS:
        assert browser.post(button(name, user)).status_code == 403
    after = User.objects.get(pk=user.pk)
    assert (after.email, after.password) == (before.email, before.password)


def test_changes_of_users_are_recorded_for_staff_without_passwords(desk, alice):
    desk.post(page_of(alice.user), data_of(alice.user, first_name="Alicia"))
    passwords = {
        "password1": "another-password-77",
        "password2": "another-password-77",
        "usable_password": "true",
    }
    desk.post(reverse("admin:auth_user_password_change", args=[alice.user.pk]), passwords)
    assert (lines("user.updated")[0].label, lines("user.updated")[0].is_internal) == (alice.email, True)
    assert lines("user.password_set")[0].label == alice.email
    assert not Activity.objects.filter(details__icontains="another-password").exists()


# Roles


def role_form(role, *rows, **changes):
    data = {
        "name": role.name,
        "description": "",
        "record_permissions-TOTAL_FORMS": len(rows),
        "record_permissions-INITIAL_FORMS": 0,
    }
    for n, row in enumerate(rows):
        data |= {
            f"record_permissions-{n}-{name}": value
            for name, value in {"role": role.pk, "id": "", **row}.items()
        }
    return data | changes


def test_a_role_that_is_saved_unchanged_is_not_recorded_and_a_deleted_one_is(desk):
    role = WebRole.objects.create(name="Lab lead")
    desk.post(page_of(role), role_form(role))
    assert not lines("role.changed")
    desk.post(reverse("admin:accounts_webrole_delete", args=[role.pk]), {"post": "yes"})
    assert lines("role.deleted")[0].label == "Lab lead"
    assert Account.objects.count() == 0
