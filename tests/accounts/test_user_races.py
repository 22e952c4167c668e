"""Managers of one account at the same moment: one contact an address, and never an account without a
manager."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Contact, Invitation, WebRole
from tests.factories import make_account, make_contact
from tests.races import at_once, commits

MANAGER = "Portal User Manager"


pytestmark = commits


def test_twenty_creates_at_once_make_one_contact(sign_in, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    account = make_account("Acme Foods")
    managers = [make_contact(f"Manager{n}", account, MANAGER) for n in range(4)]
    browsers = [sign_in(managers[n % 4]) for n in range(20)]
    dora = {"first_name": "Dora", "last_name": "Quist", "email": "dora@acme.example"}
    answers = at_once(20, lambda n: browsers[n].post(reverse("user_new"), dora))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [302]
    contact = Contact.objects.get(email="dora@acme.example")
    assert all(
        reverse("user_edit", args=[contact.pk]) in answer.text
        for answer in answers
        if answer.status_code == 200
    )
    assert Invitation.objects.filter(contact=contact).count() == 1


def test_a_double_click_on_add_and_invite_adds_one_and_shows_no_error(sign_in):
    browser_of = make_contact("Bob", make_account("Acme Foods"), MANAGER)
    browsers = [sign_in(browser_of) for _ in range(4)]
    dora = {"first_name": "Dora", "last_name": "Quist", "email": "dora@acme.example"}
    data = {**dora, "submission": str(uuid.uuid4())}
    answers = at_once(4, lambda n: browsers[n].post(reverse("user_new"), data))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("deed", ["deactivate", "demote"])
def test_two_managers_who_remove_each_other_leave_one(sign_in, deed):
    account = make_account("Acme Foods")
    WebRole.objects.filter(name=MANAGER).update(delegable=True)
    managers = [make_contact(name, account, MANAGER) for name in ("Bob", "Ben")]
    browsers = [sign_in(manager) for manager in managers]

    def remove_the_other(n):
        other = managers[1 - n]
        if deed == "deactivate":
            return browsers[n].post(reverse("user_deactivate", args=[other.pk]))
        names = {name: getattr(other, name) for name in ("first_name", "last_name", "email")}
        return browsers[n].post(reverse("user_edit", args=[other.pk]), names)

    answers = at_once(2, remove_the_other)
    assert 302 in [answer.status_code for answer in answers]
    assert all(answer.status_code in (302, 403) for answer in answers)
    assert Contact.objects.managers().signing_in().filter(account=account).count() == 1


def test_two_managers_who_review_each_other_away_leave_one(sign_in):
    account = make_account("Acme Foods")
    managers = [make_contact(name, account, MANAGER) for name in ("Bob", "Ben")]
    browsers = [sign_in(manager) for manager in managers]
    at_once(2, lambda n: browsers[n].post(reverse("access_review"), {"remove": [managers[1 - n].pk]}))
    assert Contact.objects.managers().signing_in().filter(account=account).count() == 1
