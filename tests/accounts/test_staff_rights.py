"""Staff look after users within their own rights: nobody gives more than they have, and only a superuser
makes superusers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Contact, User
from accounts.staff_groups import ADMINISTRATOR, SUPPORT_AGENT
from tests.factories import make_user


def staff_user(email: str, *groups: str, **fields: Any) -> User:
    user = make_user(email, is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def noor(db: None) -> User:
    """An administrator who is no superuser."""
    return staff_user("noor@portal.example", ADMINISTRATOR)


@pytest.fixture
def helpdesk(db: None) -> User:
    """May change users and answer cases, and nothing else."""
    user = staff_user("hugo@portal.example", SUPPORT_AGENT)
    user.user_permissions.set(Permission.objects.filter(codename="change_user"))
    return user


def page_of(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def save(browser: Client, user: User, **changes: Any) -> Any:
    """Send the form of a user with everything ticked that it might hold."""
    contacts = {"contacts-TOTAL_FORMS": 0, "contacts-INITIAL_FORMS": 0}
    kept = {
        "email": user.email,
        "is_active": "on",
        "is_staff": "on" if user.is_staff else "",
        "groups": groups_of(user),
    }
    return browser.post(page_of(user), {**kept, **contacts, **changes})


def groups_of(user: User) -> list[int]:
    return list(user.groups.values_list("pk", flat=True))


def names_of(user: User) -> list[str]:
    return list(user.groups.values_list("name", flat=True))


def group(name: str) -> int:
    return Group.objects.get(name=name).pk


def test_only_a_superuser_makes_a_superuser(
    noor: User, ada: User, alice: Contact, sign_in: Callable[..., Client]
):
    assert alice.user is not None
    assert (
        save(
            sign_in(noor),
            alice.user,
            is_superuser="on",
            user_permissions=[Permission.objects.get(codename="add_webrole").pk],
        ).status_code
        == 302
    )
    alice.user.refresh_from_db()
    assert not alice.user.is_superuser
    assert not alice.user.user_permissions.exists()
    save(sign_in(ada), alice.user, is_superuser="on")
    alice.user.refresh_from_db()
    assert alice.user.is_superuser


def test_nobody_gives_rights_to_themselves(noor: User, sign_in: Callable[..., Client]):
    Group.objects.create(name="Owners").permissions.set(Permission.objects.filter(codename="view_case"))
    save(sign_in(noor), noor, is_superuser="on", groups=[group(ADMINISTRATOR), group("Owners")])
    noor.refresh_from_db()
    assert (noor.is_superuser, names_of(noor)) == (False, [ADMINISTRATOR])


def test_an_administrator_makes_a_colleague_a_support_agent(noor: User, sign_in: Callable[..., Client]):
    sam = staff_user("sam@portal.example")
    assert save(sign_in(noor), sam, groups=[group(SUPPORT_AGENT)]).status_code == 302
    assert names_of(sam) == [SUPPORT_AGENT]


def test_nobody_gives_a_group_that_can_do_more_than_they(helpdesk: User, sign_in: Callable[..., Client]):
    sam = staff_user("sam@portal.example")
    browser = sign_in(helpdesk)
    assert save(browser, sam, groups=[group(SUPPORT_AGENT)]).status_code == 302
    assert "Select a valid choice" in save(browser, sam, groups=[group(ADMINISTRATOR)]).content.decode()
    assert names_of(sam) == [SUPPORT_AGENT]


@pytest.mark.parametrize("is_active", [True, False])
def test_nobody_changes_a_user_who_can_do_more(
    is_active: bool, helpdesk: User, noor: User, ada: User, sign_in: Callable[..., Client]
):
    User.objects.filter(pk__in=[noor.pk, ada.pk]).update(is_active=is_active)
    browser = sign_in(helpdesk)
    for user in (noor, ada):
        assert save(browser, user, email=helpdesk.email).status_code == 403
        password = {"password1": "calm-river-1871", "password2": "calm-river-1871"}
        assert (
            browser.post(reverse("admin:auth_user_password_change", args=[user.pk]), password).status_code
            == 403
        )
        assert browser.get(page_of(user)).status_code == 200


def test_an_administrator_cannot_take_over_a_superuser(noor: User, ada: User, sign_in: Callable[..., Client]):
    assert save(sign_in(noor), ada, email="noor2@portal.example").status_code == 403
    assert sign_in(noor).get(reverse("admin:auth_user_password_change", args=[ada.pk])).status_code == 403


def test_only_superusers_say_what_a_group_may_do(noor: User, ada: User, sign_in: Callable[..., Client]):
    noor.user_permissions.set(
        Permission.objects.filter(codename__in=["add_group", "change_group", "delete_group"])
    )
    agents = Group.objects.get(name=SUPPORT_AGENT)
    for url in (
        reverse("admin:auth_group_add"),
        *(reverse(f"admin:auth_group_{deed}", args=[agents.pk]) for deed in ("change", "delete")),
    ):
        assert sign_in(noor).post(url, {"name": "Mine"}).status_code == 403
        assert sign_in(ada).get(url).status_code == 200
