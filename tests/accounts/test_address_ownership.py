"""Whoever proves an address owns the user who has it; nobody else can make its owner prove it for them."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from accounts import lockout
from accounts.actions.invitations import invite_contact
from accounts.actors import Actor
from accounts.models import Activity, Contact, OutgoingMail, TrustedBrowser, User
from tests.accounts.external import change_policy, connect, is_signed_in, person, sign_in_with
from tests.accounts.forgotten import ask_for_password
from tests.accounts.own_pages import browser_of, with_password
from tests.factories import PASSWORD, make_contact, make_user

LOGIN, SIGN_UP = "/accounts/login/", "/accounts/signup/"
DORA = "dora@acme.example"
STRANGERS = "mallory-waits-outside"
HERS = "four-quiet-lanterns"


def attempt(browser, password, email=DORA):
    browser.post(LOGIN, {"login": email, "password": password})
    return is_signed_in(browser)


def register(browser, password, email=DORA):
    names = {"first_name": "Mallory", "last_name": "Moss"}
    return browser.post(SIGN_UP, {**names, "email": email, "password1": password, "password2": password})


def link(path, to=DORA):
    mail = OutgoingMail.objects.filter(to=to, text__contains=path).latest("pk")
    return re.search(rf"{re.escape(path)}[\w:-]{{20,}}/", mail.text)[0]


def choose_password(browser, password=HERS, email=DORA):
    """Forgot your password? In whatever browser the mail is read."""
    ask_for_password(browser, email)
    browser.post(
        browser.get(link("/accounts/password/reset/key/", email)).url,
        {"password1": password, "password2": password},
    )


def is_confirmed(email=DORA):
    return EmailAddress.objects.filter(email=email, verified=True).exists()


@pytest.fixture
def stranger(db):
    """Has registered with Dora's address and a password of his own."""
    change_policy(registration="open")
    browser = Client()
    register(browser, STRANGERS)
    return browser


# The confirmation


def test_dora_who_opens_the_link_of_a_strangers_registration_confirms_nothing(stranger, visitor):
    confirmation = link("/accounts/confirm-email/")
    page = visitor.get(confirmation)
    assert DORA in page.text
    assert "Your password" in page.text
    visitor.post(confirmation)
    visitor.post(confirmation, {"password": HERS})
    assert not is_confirmed()
    assert not attempt(stranger, STRANGERS)


def test_the_browser_of_the_registration_confirms_with_one_button(db, visitor):
    change_policy(registration="open")
    register(visitor, HERS)
    assert "password" not in visitor.get(link("/accounts/confirm-email/")).context
    visitor.post(link("/accounts/confirm-email/"))
    assert is_confirmed()


def test_another_browser_confirms_with_the_password(stranger, visitor):
    confirmation = link("/accounts/confirm-email/")
    refused = visitor.post(confirmation, {"password": "wrong"})
    assert (refused.status_code, is_confirmed()) == (200, False)
    assert refused.context["form"].errors["password"]
    assert visitor.post(confirmation, {"password": STRANGERS}).url == LOGIN
    assert is_confirmed()


def test_who_is_signed_in_as_somebody_else_needs_the_password_too(stranger, alice, sign_in):
    browser = sign_in(alice)
    browser.post(link("/accounts/confirm-email/"))
    assert not is_confirmed()


def test_guesses_on_the_confirmation_page_count_like_those_on_the_sign_in_page(stranger, visitor):
    for number in range(5):
        visitor.post(link("/accounts/confirm-email/"), {"password": f"guess {number}"})
    assert lockout.is_locked(DORA)
    assert visitor.post(link("/accounts/confirm-email/"), {"password": STRANGERS}).status_code == 200
    assert not is_confirmed()


def test_who_registered_with_an_identity_is_led_to_sign_in_with_it(provider, visitor):
    change_policy(registration="open")
    sign_in_with(Client(), person(provider, "owner1", DORA, verified=False))
    page = visitor.get(link("/accounts/confirm-email/"))
    assert "the way you registered" in page.text
    assert 'name="password"' not in page.text
    sign_in_with(visitor, "owner1")
    visitor.post(link("/accounts/confirm-email/"))
    assert is_confirmed()


def test_charlie_does_not_get_doras_address_by_her_click(charlie, visitor):
    """He typed it as his new one. With it he could have redeemed her invitations."""
    with_password(charlie)
    browser = browser_of(charlie)
    browser.post("/accounts/email/", {"email": DORA, "action_add": ""})
    visitor.post(link("/accounts/confirm-email/"))
    assert not is_confirmed()
    browser.post(link("/accounts/confirm-email/"))
    assert is_confirmed()


@pytest.mark.parametrize("key", ["x", "MTI:1abc:def", "1:2:3" * 40])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_invented_link_confirms_nothing(visitor, db, key, method):
    answer = getattr(visitor, method)(f"/accounts/confirm-email/{key}/")
    assert answer.status_code in (200, 404)
    assert "Confirm address" not in answer.text


def test_the_page_says_the_truth_about_the_second_mail(stranger):
    """Within three minutes no further one is sent."""
    answer = stranger.post(LOGIN, {"login": DORA, "password": STRANGERS}, follow=True)
    assert OutgoingMail.objects.filter(to=DORA).count() == 1
    assert "We sent you" not in answer.text
    assert "at most one link every three minutes" in answer.text


# The first proof by a mailed link or code


def test_a_password_that_dora_sets_by_mail_voids_the_strangers_and_proves_the_address(stranger, visitor):
    choose_password(visitor)
    assert is_confirmed()
    assert not attempt(Client(), STRANGERS)
    assert attempt(visitor, HERS)
    assert Contact.objects.get(email=DORA).user == User.objects.get(email=DORA)


def test_an_identity_of_before_is_gone_and_dora_is_told(provider, visitor):
    change_policy(registration="open")
    sign_in_with(Client(), person(provider, "mallory1", DORA, verified=False))
    choose_password(visitor)
    assert not SocialAccount.objects.exists()
    assert OutgoingMail.objects.filter(to=DORA, event="accounts/claimed").count() == 1
    assert Activity.objects.get(verb="contact.claimed").details == {
        "identities": ["works"],
        "password": False,
    }


def test_a_registration_that_waits_in_the_strangers_browser_leads_nowhere(provider, stranger, visitor):
    """It began with his password, and the sign-in pages remember it for a quarter of an hour."""
    old = link("/accounts/confirm-email/")
    choose_password(visitor)
    assert stranger.post(old).status_code == 404
    assert not is_signed_in(stranger)
    assert not attempt(stranger, STRANGERS)


def test_somebody_whose_address_was_proved_loses_nothing_by_a_new_password(alice, visitor):
    with_password(alice)
    connect(alice.user, "alice1")
    choose_password(visitor, email=alice.email)
    assert SocialAccount.objects.filter(user=alice.user).exists()
    assert not OutgoingMail.objects.filter(event="accounts/claimed").exists()


def test_a_user_with_a_new_address_keeps_what_belongs_to_them(alice, visitor):
    """Ada has replaced the address. Alice has signed in before: a mail alone must not take her identity
    away."""
    browser_of(with_password(alice))
    connect(alice.user, "alice2")
    EmailAddress.objects.filter(user=alice.user).update(verified=False)
    choose_password(visitor, email=alice.email)
    assert SocialAccount.objects.filter(user=alice.user).exists()
    assert not is_confirmed(alice.email)


def test_a_mail_to_another_address_proves_nothing_about_the_users_own(db, visitor):
    user = make_user(DORA, STRANGERS)
    EmailAddress.objects.all().delete()
    for email in (DORA, "former@acme.example"):
        EmailAddress.objects.create(user=user, email=email, primary=email == DORA)
    choose_password(visitor, email="former@acme.example")
    assert not is_confirmed()


@pytest.fixture
def invited(bob):
    """Dora, whom Bob has invited."""
    dora = make_contact("Dora", bob.account, signs_in=False)
    invite_contact(actor=Actor(user=bob.user, contact=bob), contact=dora)
    return dora


def prove_by_code(browser):
    browser.get(link("/redeem/"))
    browser.post(reverse("redeem_send_code"))
    mail = OutgoingMail.objects.filter(event="accounts/invitation_code").latest("pk")
    return browser.post(
        reverse("redeem_confirm"), {"code": re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mail.text)[0]}
    )


def test_dora_redeems_her_invitation_though_a_stranger_had_registered_her_address(stranger, invited, visitor):
    assert prove_by_code(visitor).url == reverse("redeem_register")
    names = {"first_name": "Dora", "last_name": "Quist"}
    assert (
        visitor.post(reverse("redeem_register"), {**names, "password1": HERS, "password2": HERS}).url == "/"
    )
    invited.refresh_from_db()
    assert (invited.user.email, invited.user.get_full_name()) == (DORA, "Dora Quist")
    assert is_signed_in(visitor)
    assert not attempt(stranger, STRANGERS)
    assert OutgoingMail.objects.filter(event="accounts/claimed").count() == 1


def test_dora_redeems_it_with_an_identity_too(provider, stranger, invited, visitor):
    visitor.get(link("/redeem/"))
    sign_in_with(visitor, person(provider, "dora9", DORA))
    visitor.post(reverse("redeem_invitation"))
    invited.refresh_from_db()
    assert invited.user == User.objects.get(email=DORA)
    assert not attempt(stranger, STRANGERS)


def test_the_proof_alone_takes_nothing_from_a_user_who_signs_in(invited, visitor):
    make_user(DORA, HERS)
    assert prove_by_code(visitor).url.startswith(LOGIN)
    assert attempt(Client(), HERS)


def test_remembered_browsers_and_sessions_of_an_unproved_user_end(stranger, visitor, sign_in):
    """There should be none. Should there be, they are not Dora's."""
    user = User.objects.get(email=DORA)
    browser = sign_in(user)
    User.objects.update(last_login=None)
    TrustedBrowser.objects.create(user=user, token_hash="x", expires_at="2100-01-01T00:00Z")
    choose_password(visitor)
    assert not is_signed_in(browser)
    assert not TrustedBrowser.objects.exists()
    assert attempt(visitor, HERS)
    assert not attempt(Client(), PASSWORD)
