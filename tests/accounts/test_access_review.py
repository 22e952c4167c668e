"""Managers review who has access; those who forget are reminded once a quarter."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.access_review import QUARTER, remind_of_reviews
from accounts.models import Account, Activity, Contact, OutgoingMail, WebRole
from tests.factories import make_contact

REVIEW = "/users/review/"


@pytest.fixture
def desk(sign_in, bob):
    return sign_in(bob)


def age(account, **fields):
    Account.objects.filter(pk=account.pk).update(
        **{name: timezone.now() - QUARTER - timedelta(days=1) for name in fields}
    )


def test_bob_keeps_some_and_removes_others_in_one_form(desk, acme, alice, fiona, ivan, bob):
    page = desk.get(REVIEW).text
    for contact in (alice, fiona, ivan, bob):
        assert contact.email in page
    finance = WebRole.objects.get(name="Portal Finance User")
    assert desk.post(REVIEW, {"remove": [alice.pk, f"{fiona.pk}-{finance.pk}"]}).status_code == 302
    assert set(Contact.objects.active().filter(account=acme)) == {fiona, ivan, bob}
    assert not fiona.roles.exists()
    assert ivan.roles.exists()
    acme.refresh_from_db()
    assert acme.access_reviewed_at is not None
    assert Activity.objects.get(verb="account.access_reviewed").details == {"removed": 1, "roles_removed": 1}


def test_to_keep_everyone_is_a_review_too(desk, acme, alice):
    desk.post(REVIEW)
    acme.refresh_from_db()
    alice.refresh_from_db()
    assert acme.access_reviewed_at is not None
    assert alice.is_active


def test_nobody_reviews_themselves_nor_another_account_nor_what_only_we_give(desk, acme, bob, charlie):
    manager = WebRole.objects.get(name="Portal User Manager")
    for target in (f"{bob.pk}", f"{charlie.pk}", f"{bob.pk}-{manager.pk}", "\x00", "1-1-1"):
        page = desk.post(REVIEW, {"remove": [target]})
        assert "Nothing was removed" in page.text
    acme.refresh_from_db()
    assert acme.access_reviewed_at is None
    assert Contact.objects.active().count() == 2


def test_the_page_costs_the_same_for_few_and_many(desk, acme, django_assert_max_num_queries):
    for n in range(30):
        make_contact(f"Person{n}", acme, "Portal IT User")
    desk.get(REVIEW)
    with django_assert_max_num_queries(7):
        desk.get(REVIEW)


def test_managers_are_reminded_once_a_quarter(acme, globex, bob, alice, charlie):
    assert remind_of_reviews() == 0
    age(acme, created_at=True)
    age(globex, created_at=True)
    assert remind_of_reviews() == 1
    assert remind_of_reviews() == 0
    mail = OutgoingMail.objects.get(event="accounts/access_review")
    assert mail.to == bob.email
    assert REVIEW in mail.text


def test_an_account_that_was_reviewed_is_not_reminded(acme, bob, desk):
    age(acme, created_at=True)
    desk.post(REVIEW)
    assert remind_of_reviews() == 0
    age(acme, access_reviewed_at=True)
    assert remind_of_reviews() == 1
