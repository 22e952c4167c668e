"""Whose contacts are all switched off has nothing to sign in to: their password opens no empty session."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.invitations import invite_contact, invite_group, revoke_invitation
from accounts.actors import Actor
from accounts.models import Account, Invitation, OutgoingMail, SignInFailure
from tests.accounts.external import connect, is_signed_in, person, sign_in_with
from tests.accounts.forgotten import ask_for_password
from tests.accounts.test_sign_in import LOGIN, attempt, words_of
from tests.factories import PASSWORD, make_contact, make_user


@pytest.fixture
def alice(alice):
    """Alice has a password, and was deactivated."""
    alice.user.set_password(PASSWORD)
    alice.user.save()
    alice.deactivate()
    return alice


def work_of(browser, email, password):
    with CaptureQueriesContext(connection) as queries:
        response = attempt(browser, email, password)
    return (
        response.status_code,
        words_of(response, email),
        [re.sub(r"'[^']*'|\d+", "…", query["sql"]) for query in queries],
    )


def test_the_right_password_gets_the_answer_of_a_wrong_one_and_costs_the_same(alice, acme):
    dora = with_password(make_contact("Dora", acme))
    dora.deactivate()
    attempt(Client(), "first@acme.example")
    wrong = work_of(Client(), dora.email, "wrong")
    browser = Client()
    assert work_of(browser, alice.email, PASSWORD) == wrong
    assert not is_signed_in(browser)
    assert words_of(attempt(Client(), "nobody@acme.example"), "nobody@acme.example") == wrong[1]


def test_people_of_an_account_that_is_inactive_stay_outside_too(globex, visitor):
    dora = with_password(make_contact("Dora", globex))
    Account.objects.filter(pk=globex.pk).update(status="inactive")
    assert attempt(visitor, dora.email).status_code == 200
    assert not is_signed_in(visitor)


def test_it_counts_as_a_wrong_password_for_the_lock_and_for_the_limit(alice, visitor, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "2/m/ip"}
    for _ in range(2):
        assert attempt(visitor, alice.email).status_code == 200
    assert SignInFailure.objects.get().failures == 2
    assert "Too many failed login attempts" in attempt(visitor, "else@acme.example").text


def test_another_contact_that_is_active_lets_the_person_in(alice, globex, visitor):
    make_contact("Alice", globex, user=alice.user)
    assert attempt(visitor, alice.email).url == "/"
    assert is_signed_in(visitor)


def test_staff_sign_in_as_before_whatever_became_of_their_contacts(ada, acme, visitor):
    ada.set_password(PASSWORD)
    ada.save()
    make_contact("Ada", acme, user=ada).deactivate()
    assert attempt(visitor, ada.email).url == "/"
    assert visitor.get("/admin/").status_code == 200


def test_who_never_was_a_contact_signs_in_and_may_ask_to_join(db, visitor):
    make_user("new@acme.example", PASSWORD)
    assert attempt(visitor, "new@acme.example").url == "/"


# Coming back by an invitation


def with_password(contact):
    contact.user.set_password(PASSWORD)
    contact.user.save()
    return contact


def invited(account, email):
    contact = make_contact("Alicia", account, signs_in=False, email=email)
    return invite_contact(actor=Actor(), contact=contact)


def opened(browser, invitation):
    browser.get(f"/redeem/{Invitation.objects.get(pk=invitation.pk).further_code}/")
    return browser


def test_a_good_invitation_lets_the_invitee_in_to_redeem_it(alice, globex, visitor):
    opened(visitor, invited(globex, alice.email))
    assert attempt(visitor, alice.email).status_code == 302
    assert visitor.post("/redeem/invitation/").url == "/"
    assert "Welcome! You now have access." in visitor.get("/").text
    visitor.post("/accounts/logout/")
    assert attempt(visitor, alice.email).status_code == 302


def expired(alice, globex, acme):
    invitation = invited(globex, alice.email)
    Invitation.objects.update(expires_at=timezone.now() + timedelta(seconds=-1))
    return invitation


def revoked(alice, globex, acme):
    invitation = invited(globex, alice.email)
    revoke_invitation(actor=Actor(), invitation=invitation)
    return invitation


def of_somebody_else(alice, globex, acme):
    return invited(globex, "dora@globex.example")


def of_the_own_company_to_a_group(alice, globex, acme):
    return invite_group(actor=Actor(), account=acme, max_redemptions=5)


def of_a_company_that_is_inactive(alice, globex, acme):
    invitation = invited(globex, alice.email)
    Account.objects.filter(pk=globex.pk).update(status="inactive")
    return invitation


USELESS = [expired, revoked, of_somebody_else, of_the_own_company_to_a_group, of_a_company_that_is_inactive]


@pytest.mark.parametrize("invitation", USELESS, ids=lambda made: made.__name__)
def test_an_invitation_that_they_cannot_redeem_lets_nobody_in(invitation, alice, globex, acme, visitor):
    made = invitation(alice, globex, acme)
    session = visitor.session
    session["invitation"] = {"id": made.pk, "code_hash": Invitation.objects.get(pk=made.pk).code_hash}
    session.save()
    assert attempt(visitor, alice.email).status_code == 200
    assert not is_signed_in(visitor)
    ask_for_password(visitor, alice.email)
    assert not OutgoingMail.objects.filter(to=alice.email, event__startswith="account/").exists()


def test_a_forgotten_password_is_mailed_to_whoever_redeems_a_good_invitation(alice, globex, visitor):
    invitation = invited(globex, alice.email)
    ask_for_password(Client(), alice.email)
    assert not OutgoingMail.objects.filter(event="account/email/password_reset_key").exists()
    ask_for_password(opened(visitor, invitation), alice.email)
    assert OutgoingMail.objects.get(event="account/email/password_reset_key").to == alice.email


# Other doors


def test_an_identity_from_outside_is_told_that_the_access_has_ended(alice, visitor, provider):
    connect(alice.user, person(provider, "alice", alice.email))
    assert sign_in_with(visitor, "alice").url == f"{LOGIN}?stay=1"
    assert "Your access has ended" in visitor.get(f"{LOGIN}?stay=1").text
    assert not is_signed_in(visitor)


def test_an_identity_from_outside_redeems_a_good_invitation(alice, globex, visitor, provider):
    connect(alice.user, person(provider, "alice", alice.email))
    opened(visitor, invited(globex, alice.email))
    sign_in_with(visitor, "alice")
    assert visitor.post("/redeem/invitation/").url == "/"


def test_a_request_for_a_new_link_tells_nobody_who_is_shut_out_to_sign_in(alice, run_jobs, visitor):
    visitor.post("/redeem/new-link/", {"email": alice.email})
    run_jobs()
    assert not OutgoingMail.objects.exists()
