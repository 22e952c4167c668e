"""What somebody who means harm, or a provider in disorder, can do with external identities: nothing."""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from accounts.actions.invitations import invite_contact
from accounts.actors import Actor
from accounts.models import Contact, OutgoingMail, SignInPolicy, User
from portal import providers
from tests.accounts import broken_provider
from tests.accounts.broken_provider import PERSON, SETTINGS, TOKEN, BrokenProvider
from tests.accounts.external import (
    BUTTON,
    LOGIN,
    begin,
    change_policy,
    come_back,
    connect,
    environment,
    is_signed_in,
    person,
    sign_in_with,
)
from tests.factories import PASSWORD, make_contact

CALLBACK = f"{BUTTON}callback/"


def answer_of(asked: str, sub: str) -> str:
    """The address that the provider sends the browser back to."""
    return str(requests.post(asked, data={"sub": sub}, allow_redirects=False, timeout=5).headers["Location"])


# The way there and back


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(alice, visitor, provider, target):
    connect(alice.user, person(provider, "alice", alice.email))
    asked = begin(visitor, url=f"{BUTTON}?{urlencode({'next': target})}&unused=")
    assert come_back(visitor, asked, "alice").url == "/"


def test_alice_gets_to_the_page_she_wanted(alice, visitor, provider):
    connect(alice.user, person(provider, "alice", alice.email))
    asked = str(visitor.post(f"{BUTTON}?next=/cases/&process=login")["Location"])
    assert come_back(visitor, asked, "alice").url == "/cases/"


def test_an_answer_serves_once(alice, visitor, provider):
    connect(alice.user, person(provider, "alice", alice.email))
    back = urlsplit(answer_of(begin(visitor), "alice"))
    assert visitor.get(f"{back.path}?{back.query}").url == "/"
    visitor.post("/accounts/logout/")
    assert visitor.get(f"{back.path}?{back.query}").status_code == 401
    assert not is_signed_in(visitor)


def test_an_answer_signs_in_only_the_browser_that_asked(alice, visitor, provider):
    """Else a link could sign somebody in as somebody else, without their noticing."""
    connect(alice.user, person(provider, "alice", alice.email))
    back = urlsplit(answer_of(begin(visitor), "alice"))
    other = Client()
    begin(other)
    assert other.get(f"{back.path}?{back.query}").status_code == 401
    assert not is_signed_in(other)


def test_an_answer_comes_within_ten_minutes(alice, visitor, provider):
    connect(alice.user, person(provider, "alice", alice.email))
    back = urlsplit(answer_of(begin(visitor), "alice"))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert visitor.get(f"{back.path}?{back.query}").status_code == 401


def test_an_answer_is_none_for_another_provider(alice, visitor, server, provider, settings):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(environment(server, "works", "club"))
    connect(alice.user, person(provider, "alice", alice.email))
    back = urlsplit(answer_of(begin(visitor), "alice"))
    assert visitor.get(f"/accounts/oidc/club/login/callback/?{back.query}").status_code == 401


def test_a_form_of_another_site_begins_nothing(provider, db):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{BUTTON}?process=connect").status_code == 403
    assert strict.get(f"{BUTTON}?process=connect").status_code == 200


def test_the_session_is_another_one_after_signing_in(alice, visitor, provider):
    connect(alice.user, person(provider, "alice", alice.email))
    asked = begin(visitor)
    before = visitor.session.session_key
    come_back(visitor, asked, "alice")
    assert visitor.session.session_key != before


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?error=server_error",
        "?error=access_denied",
        "?code=%00&state=%00",
        "?state=a&state=b&code=%ED%A0%80",
    ],
)
def test_an_answer_that_is_none_gets_a_friendly_page(visitor, provider, query):
    begin(visitor)
    response = visitor.get(CALLBACK + query)
    assert response.status_code == 401
    assert "did not respond correctly" in response.text


@pytest.mark.parametrize(
    "url",
    ["/accounts/oidc/unknown/login/", "/accounts/oidc/unknown/login/callback/", "/accounts/google/login/"],
)
def test_a_provider_that_is_not_configured_is_not_there(visitor, provider, url):
    assert visitor.post(url).status_code == 404


# Whoever comes


@pytest.mark.parametrize("process", ["", "Login", "signup", "x\0"])
def test_an_invented_process_is_no_way_past_the_rules(alice, visitor, provider, process):
    change_policy(registration="open")
    asked = str(visitor.post(f"{BUTTON}?{urlencode({'process': process})}")["Location"])
    response = come_back(visitor, asked, person(provider, "mallory", alice.email))
    assert response.url.startswith(LOGIN)
    assert not SocialAccount.objects.exists()
    assert not is_signed_in(visitor)


def test_a_visitor_connects_nothing(visitor, provider):
    change_policy(registration="open")
    response = come_back(visitor, begin(visitor, "connect"), person(provider, "mallory", "new@acme.example"))
    assert response.status_code == 302
    assert not SocialAccount.objects.exists()
    assert not User.objects.exists()


def test_connecting_needs_a_fresh_proof_that_it_is_alice(sign_in, alice, provider):
    """A browser that was left open for an hour gives away no second key."""
    browser = sign_in(alice)
    response = come_back(
        browser, begin(browser, "connect"), person(provider, "mallory", "mallory@acme.example")
    )
    assert "confirm" in response.url or "reauthenticate" in response.url
    assert not SocialAccount.objects.exists()


def test_signing_in_as_somebody_else_leaves_nothing_of_the_first(alice, charlie, sign_in, provider):
    connect(charlie.user, person(provider, "charlie", charlie.email))
    browser = sign_in(alice)
    session = browser.session
    session["of_alice"] = True
    session.save()
    sign_in_with(browser, "charlie")
    assert browser.get("/").context["request"].contact == charlie
    assert "of_alice" not in browser.session


def test_wrong_passwords_lock_no_identity_out(alice, visitor, provider):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    connect(alice.user, person(provider, "alice", alice.email))
    for _ in range(6):
        visitor.post(LOGIN, {"login": alice.email, "password": "wrong"})
    visitor.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    assert not is_signed_in(visitor)
    assert sign_in_with(visitor, "alice").url == "/"


def test_an_identity_is_asked_for_the_second_factor_like_a_password(alice, visitor, provider):
    change_policy(second_factor=SignInPolicy.SecondFactor.EVERYONE)
    connect(alice.user, person(provider, "alice", alice.email))
    assert sign_in_with(visitor, "alice").url == "/accounts/code/"
    assert not is_signed_in(visitor)


def test_an_identity_is_asked_for_the_terms_like_a_password(alice, visitor, provider):
    change_policy(terms="Be kind.")
    connect(alice.user, person(provider, "alice", alice.email))
    sign_in_with(visitor, "alice")
    assert visitor.get("/cases/").url == "/accounts/terms/?next=%2Fcases%2F"


@pytest.mark.parametrize("registration", ["closed", "invitation"])
def test_who_has_an_identity_signs_in_however_registration_stands(alice, visitor, provider, registration):
    change_policy(registration=registration)
    connect(alice.user, person(provider, "alice", alice.email))
    assert sign_in_with(visitor, "alice").url == "/"


def test_a_customers_own_provider_vouches_for_that_customers_addresses_alone(
    dora_link, visitor, server, settings, bob
):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(
        environment(server, "works") | {"OIDC_WORKS_ONLY_DOMAINS": "globex.example"}
    )
    visitor.get(dora_link)
    response = sign_in_with(visitor, person(server, "mallory", "dora@acme.example"))
    assert response.url == "/redeem/invitation/"
    assert not SocialAccount.objects.exists()
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(
        environment(server, "works") | {"OIDC_WORKS_ONLY_DOMAINS": "Acme.example"}
    )
    assert sign_in_with(visitor, "mallory").url == "/"


@pytest.fixture
def dora_link(bob):
    """The address that Bob's invitation mails to Dora."""
    invite_contact(
        actor=Actor(user=bob.user, contact=bob), contact=make_contact("Dora", bob.account, signs_in=False)
    )
    text = OutgoingMail.objects.get(event="accounts/invitation").text
    return re.search(r"/redeem/[\w-]{20,}/", text)[0]


# A provider in disorder


@pytest.fixture(scope="module")
def broken_server() -> Iterator[BrokenProvider]:
    with broken_provider.running() as provider:
        yield provider


@pytest.fixture
def broken(broken_server: BrokenProvider, settings: Any, db: None) -> Iterator[BrokenProvider]:
    """A provider that works, until the test breaks it."""
    before = deepcopy(broken_server.answers)
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(environment(broken_server.url, "works"))
    change_policy(registration="open")
    yield broken_server
    broken_server.answers = before
    broken_server.awake.set()


def go_through(browser: Client) -> Any:
    state = parse_qs(urlsplit(begin(browser)).query)["state"][0]
    return browser.get(f"{CALLBACK}?code=c&state={state}")


NONSENSE = ["<html>Down for maintenance</html>", "", [], None, {}, 7, "{"]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_instead_of_the_settings_gets_a_friendly_page(visitor, broken, nonsense):
    broken.answers[SETTINGS] = nonsense
    response = visitor.post(BUTTON)
    assert response.status_code == 503
    assert "did not respond correctly" in response.text


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_the_only_way_in_may_be_broken_but_the_page_for_staff_is_not(visitor, broken, nonsense):
    change_policy(local_sign_in=False)
    broken.answers[SETTINGS] = nonsense
    response = visitor.get(LOGIN)
    assert response.status_code == 503
    assert f"{LOGIN}?stay=1" in response.text
    assert visitor.get(f"{LOGIN}?staff=1").status_code == 200


WRONG_PEOPLE = [
    {"sub": None, "email": "a@acme.example"},
    {"sub": "nul\0", "email": "a@acme.example"},
    {"sub": "half \ud800", "email": "a@acme.example"},
    {"sub": "x" * 300, "email": "a@acme.example"},
    {"sub": "", "email": "a@acme.example"},
    {"email": "a@acme.example"},
]


@pytest.mark.parametrize("nonsense", [*NONSENSE, *WRONG_PEOPLE])
def test_nonsense_instead_of_a_person_gets_a_friendly_page(visitor, broken, nonsense):
    broken.answers[PERSON] = nonsense
    response = go_through(visitor)
    assert response.status_code in (401, 503)
    assert "did not respond correctly" in response.text
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "nonsense", [*NONSENSE, {"access_token": "t", "id_token": "no.token.this"}, {"error": "invalid_grant"}]
)
def test_nonsense_instead_of_a_token_gets_a_friendly_page(visitor, broken, nonsense):
    broken.answers[TOKEN] = nonsense
    assert "did not respond correctly" in go_through(visitor).text
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["Nora\0", "Nora\ud800", "N" * 5000, "", 7, None, ["Nora"]])
def test_any_name_will_do(visitor, broken, name):
    broken.answers[PERSON] |= {"given_name": name, "family_name": name, "name": name}
    go_through(visitor)
    assert Contact.objects.get().email == "new@acme.example"
    assert is_signed_in(visitor)


@pytest.mark.parametrize(
    "email",
    [
        "",
        None,
        "no address",
        ["a@acme.example"],
        {"a": "b"},
        "a@b\0",
        f"{'a' * 300}@acme.example",
        "a@acme.example\ud800",
    ],
)
def test_without_an_address_nobody_registers(visitor, broken, email):
    broken.answers[PERSON] |= {"email": email}
    response = go_through(visitor)
    assert response.url == f"{LOGIN}?stay=1"
    assert "did not share your email address" in visitor.get(response.url).text
    assert not User.objects.exists()


def test_a_provider_that_does_not_answer_is_waited_for_some_seconds_only(visitor, broken, settings):
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.1
    broken.awake.clear()
    assert visitor.post(BUTTON).status_code == 503
    assert visitor.get(LOGIN).status_code == 200


def test_what_the_portal_itself_does_wrong_is_not_put_down_to_the_provider(visitor, broken, monkeypatch):
    monkeypatch.setattr("accounts.sign_in.adapter.record_sign_in", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        go_through(visitor)
