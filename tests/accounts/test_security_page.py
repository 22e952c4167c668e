"""One page that says how one signs in and where one is signed in, and leads to each."""

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.actions.second_factor import switch_on_email, trust_browser
from accounts.actions.sign_ins import change_password
from accounts.actors import SYSTEM, Actor
from accounts.models import OutgoingMail, SignInPolicy
from tests.accounts.external import connect
from tests.accounts.own_pages import (
    AGAIN,
    IPHONE,
    SECURITY,
    browser_of,
    change_policy,
    confirm,
    with_password,
)

SEND = f"{SECURITY}confirm-address/"


@pytest.fixture
def alice(alice):
    with_password(alice)
    return alice


def rows(browser):
    return {row.title: row for row in browser.get(SECURITY).context["rows"]}


def test_the_page_opens_without_the_password_and_what_it_leads_to_asks_for_it(sign_in, alice):
    browser = sign_in(alice)
    found = rows(browser)
    assert list(found) == [
        "Password",
        "Email address",
        "Two-factor authentication",
        "Where you are signed in",
    ]
    for title in ("Two-factor authentication", "Where you are signed in"):
        assert browser.get(found[title].url).url.startswith(AGAIN)


def test_the_deeper_pages_lead_back(alice):
    browser = browser_of(alice)
    for row in rows(browser).values():
        page = browser.get(row.url)
        assert page.status_code == 200
        assert f'<li><a href="{SECURITY}">Security</a></li>' in page.text


def test_pages_below_the_second_factor_lead_back_to_it(alice):
    browser = browser_of(alice)
    assert (
        '<li><a href="/profile/security/second-factor/">Two-factor authentication</a></li>'
        in browser.get(f"{SECURITY}second-factor/app/").text
    )


def test_the_password_says_when_it_was_changed_last(sign_in, alice, bob):
    assert rows(sign_in(alice))["Password"].time is None
    with time_machine.travel("2026-03-01 10:00Z", tick=False):
        change_password(actor=Actor(user=alice.user), user=alice.user, password="calm-river-1871")
    change_password(actor=Actor(user=bob.user), user=bob.user, password="calm-river-1872")
    alice.user.refresh_from_db()
    row = rows(sign_in(alice))["Password"]
    assert row.time.isoformat() == "2026-03-01T10:00:00+00:00"
    assert "Last changed" in sign_in(alice).get(SECURITY).text


def test_who_has_no_password_may_set_one_where_it_is_of_use(sign_in, bob):
    assert rows(sign_in(bob))["Password"].url == "/accounts/password/set/"
    change_policy(local_sign_in=False)
    assert "Password" not in rows(sign_in(bob))


def test_a_confirmed_address_needs_no_reminder(sign_in, alice):
    page = sign_in(alice).get(SECURITY)
    assert page.context["unconfirmed"] == ""
    assert "Confirm your address" not in page.text
    assert rows(sign_in(alice))["Email address"].badge[0] == "verified"


@pytest.mark.parametrize("has_row", [True, False])
def test_an_unconfirmed_address_is_asked_for_and_mailed_again(sign_in, alice, has_row):
    if has_row:
        EmailAddress.objects.update(verified=False)
    else:
        EmailAddress.objects.all().delete()
    browser = sign_in(alice)
    page = browser.get(SECURITY)
    assert "Confirm your address" in page.text
    assert rows(browser)["Email address"].badge[0] == "unverified"
    assert browser.post(SEND).url == SECURITY
    mail = OutgoingMail.objects.get()
    assert mail.to == alice.email
    link = next(word for word in mail.text.split() if "/accounts/confirm-email/" in word)
    path = link[link.index("/accounts/") :]
    browser.post(path)
    assert browser.get(SECURITY).context["unconfirmed"] == ""


def test_a_change_that_waits_is_shown_with_both_addresses_and_mailed_to_the_new_one(sign_in, alice):
    EmailAddress.objects.create(user=alice.user, email="alice.new@acme.example", verified=False)
    browser = sign_in(alice)
    page = browser.get(SECURITY).text
    assert "alice@acme.example, changing to alice.new@acme.example" in page
    browser.post(SEND)
    assert OutgoingMail.objects.get().to == "alice.new@acme.example"


def test_pressing_again_at_once_sends_no_second_mail(sign_in, alice):
    EmailAddress.objects.update(verified=False)
    browser = sign_in(alice)
    browser.post(SEND)
    assert "already on its way" in browser.post(SEND, follow=True).text
    assert OutgoingMail.objects.count() == 1


def test_nobody_is_mailed_when_everything_is_confirmed(sign_in, alice, bob):
    EmailAddress.objects.filter(user=bob.user).update(verified=False)
    assert sign_in(alice).post(SEND).url == SECURITY
    assert not OutgoingMail.objects.exists()


def test_sending_is_no_get(sign_in, alice):
    assert sign_in(alice).get(SEND).status_code == 405


def test_identities_are_shown_where_there_are_any_to_have(sign_in, alice, provider):
    assert rows(sign_in(alice))["Other ways to sign in"].text == "None connected"
    connect(alice.user, "alice")
    assert rows(sign_in(alice))["Other ways to sign in"].text == "Works ID"


def test_an_identity_of_a_provider_that_is_gone_is_still_shown(sign_in, alice):
    assert "Other ways to sign in" not in rows(sign_in(alice))
    connect(alice.user, "alice", "former")
    assert rows(sign_in(alice))["Other ways to sign in"].text == "former"


def test_the_second_factor_says_what_is_on(sign_in, alice):
    row = rows(sign_in(alice))["Two-factor authentication"]
    assert (row.badge[0], row.text) == ("inactive", "You sign in with only your password.")
    change_policy(second_factor=SignInPolicy.SecondFactor.EVERYONE)
    browser = Client()
    browser.force_login(alice.user)
    session = browser.session
    session["second_factor"] = {"user": alice.user.pk, "method": "email"}
    session.save()
    row = rows(browser)["Two-factor authentication"]
    assert (row.badge[0], row.text) == ("active", "Code by email")
    switch_on_email(actor=SYSTEM, user=alice.user)
    assert rows(browser)["Two-factor authentication"].text == "Code by email, 10 recovery codes left"


def test_sessions_and_remembered_browsers_are_counted(alice, bob):
    with_password(bob)
    desk = browser_of(alice)
    assert rows(desk)["Where you are signed in"].text == "Only in this browser"
    assert "Remembered browsers" not in rows(desk)
    browser_of(alice, IPHONE)
    browser_of(bob)
    trust_browser(actor=SYSTEM, user=alice.user, user_agent=IPHONE)
    assert rows(desk)["Where you are signed in"].text == "In 2 browsers"
    assert rows(desk)["Remembered browsers"].text == "1 browser skips the code"


def test_the_page_costs_the_same_for_few_and_many(alice, django_assert_max_num_queries):
    desk = browser_of(alice)
    for number in range(8):
        browser_of(alice, IPHONE)
        trust_browser(actor=SYSTEM, user=alice.user, user_agent=IPHONE)
        connect(alice.user, str(number), f"former{number}")
    confirm(desk)
    with django_assert_max_num_queries(15):
        desk.get(SECURITY)


def test_staff_without_a_contact_have_the_page_too(sign_in, ada):
    assert sign_in(ada).get(SECURITY).status_code == 200
