"""A registered user whose confirmed address is of Acme's domain asks to join; Bob decides."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import Account, Activity, Contact, Invitation, JoinRequest, OutgoingMail, User
from tests.factories import make_account, make_contact, make_user

JOIN, REQUESTS = "/join/", "/users/requests/"


@pytest.fixture
def dora(db):
    return make_user("dora@acme.example", first_name="Dora", last_name="Quist")


@pytest.fixture
def desk(sign_in, bob):
    return sign_in(bob)


def ask(browser, account):
    return browser.post(JOIN, {"account": account.pk, "message": "I am the new one in the lab"})


def decide(browser, decision):
    return browser.post(
        reverse("join_request_decide", args=[JoinRequest.objects.get().pk]), {"decision": decision}
    )


def test_dora_asks_and_bob_lets_her_in(dora, acme, bob, desk, sign_in):
    browser = sign_in(dora)
    assert "Acme Foods" in browser.get(JOIN).text
    assert ask(browser, acme).status_code == 302
    assert OutgoingMail.objects.filter(event="accounts/join_request", to=bob.email).count() == 1
    assert browser.get("/cases/").status_code == 403
    assert "One person asks to join" in desk.get("/users/").text
    assert "I am the new one in the lab" in desk.get(REQUESTS).text
    decide(desk, "approve")
    contact = Contact.objects.get(account=acme, user=dora)
    assert (contact.full_name, contact.email) == ("Dora Quist", "dora@acme.example")
    assert browser.get("/cases/").status_code == 200
    assert OutgoingMail.objects.filter(event="accounts/join_decided", to=dora.email).count() == 1
    assert Activity.objects.filter(verb="contact.joined", contact=contact).count() == 1


def test_bob_declines_and_dora_may_ask_again(dora, acme, bob, desk, sign_in):
    browser = sign_in(dora)
    ask(browser, acme)
    decide(desk, "decline")
    assert not Contact.objects.filter(user=dora).exists()
    assert "was declined" in OutgoingMail.objects.get(event="accounts/join_decided").text
    ask(browser, acme)
    assert JoinRequest.objects.waiting().count() == 1


def test_asking_twice_asks_once(dora, acme, bob, sign_in):
    browser = sign_in(dora)
    ask(browser, acme)
    ask(browser, acme)
    assert JoinRequest.objects.count() == 1


def test_deciding_twice_decides_once(dora, acme, desk, sign_in):
    ask(sign_in(dora), acme)
    decide(desk, "decline")
    decide(desk, "approve")
    assert not Contact.objects.filter(user=dora).exists()
    assert OutgoingMail.objects.filter(event="accounts/join_decided").count() == 1


def test_an_address_that_is_not_confirmed_or_of_another_domain_leads_nowhere(dora, acme, globex, sign_in):
    browser = sign_in(dora)
    assert "Globex" not in browser.get(JOIN).text
    ask(browser, globex)
    EmailAddress.objects.filter(user=dora).update(verified=False)
    assert "Acme" not in browser.get(JOIN).text
    ask(browser, acme)
    assert not JoinRequest.objects.exists()


def test_who_is_a_contact_already_or_whose_account_is_inactive_is_not_offered_it(alice, dora, acme, sign_in):
    assert list(sign_in(alice).get(JOIN).context["accounts"]) == []
    Account.objects.filter(pk=acme.pk).update(status=Account.Status.INACTIVE)
    assert list(sign_in(dora).get(JOIN).context["accounts"]) == []


def test_a_contact_that_was_invited_at_the_address_becomes_hers(dora, acme, bob, desk, sign_in):
    desk.post("/users/new/", {"first_name": "Dorothea", "last_name": "Q", "email": dora.email})
    ask(sign_in(dora), acme)
    decide(desk, "approve")
    contact = Contact.objects.get(account=acme, email=dora.email)
    assert (contact.user, contact.first_name) == (dora, "Dorothea")
    assert not Invitation.objects.open().exists()


def test_who_was_deactivated_may_ask_and_comes_back(alice, acme, desk, sign_in):
    alice.deactivate()
    browser = sign_in(alice)
    ask(browser, acme)
    decide(desk, "approve")
    alice.refresh_from_db()
    assert alice.is_active


@pytest.mark.parametrize(("decision", "waiting"), [("approve", 1), ("decline", 0)])
def test_whose_sign_in_was_switched_off_is_neither_let_in_nor_told(
    dora, acme, desk, sign_in, decision, waiting
):
    ask(sign_in(dora), acme)
    User.objects.filter(pk=dora.pk).update(is_active=False)
    decide(desk, decision)
    assert ("switched off" in desk.get(REQUESTS).text) == bool(waiting)
    assert not Contact.objects.filter(user=dora).exists()
    assert JoinRequest.objects.waiting().count() == waiting
    assert not OutgoingMail.objects.filter(event="accounts/join_decided").exists()


def test_the_address_of_somebody_elses_contact_is_not_given_away(dora, acme, desk, sign_in):
    other = make_user("somebody@else.example")
    contact = make_contact("Dora", acme, user=other, email=dora.email)
    ask(sign_in(dora), acme)
    page = decide(desk, "approve")
    assert page.status_code == 302
    contact.refresh_from_db()
    assert contact.user == other
    assert JoinRequest.objects.waiting().count() == 1


def test_managers_of_another_account_neither_see_nor_decide(dora, acme, bob, globex, sign_in):
    ask(sign_in(dora), acme)
    carla = sign_in(make_contact("Carla", globex, "Portal User Manager"))
    assert "Dora" not in carla.get(REQUESTS).text
    assert decide(carla, "approve").status_code == 404
    assert not OutgoingMail.objects.filter(event="accounts/join_request", to="carla@globex.example").exists()


def test_no_account_without_domains_is_ever_offered(dora, sign_in):
    make_account("Nowhere Ltd")
    assert list(sign_in(dora).get(JOIN).context["accounts"]) == []
