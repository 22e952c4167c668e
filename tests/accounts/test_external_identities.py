"""Signing in with an identity from elsewhere, against a real OpenID provider on this machine."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.test import Client

from accounts.actions.identities import OnlyWayIn, disconnect_identity
from accounts.actions.invitations import invite_contact
from accounts.actors import Actor
from accounts.models import Activity, Contact, Invitation, SignInPolicy, User
from portal import providers
from tests.accounts.external import (
    BUTTON,
    LOGIN,
    PAGE,
    begin,
    change_policy,
    connect,
    environment,
    is_signed_in,
    person,
    sign_in_with,
)
from tests.factories import PASSWORD, make_contact


@pytest.fixture
def dora(bob: Contact, run_jobs: Any, mailoutbox: Any) -> SimpleNamespace:
    """Invited by Bob, with the link from her mail."""
    contact = make_contact("Dora", bob.account, signs_in=False)
    invite_contact(actor=Actor(user=bob.user, contact=bob), contact=contact)
    run_jobs()
    body = mailoutbox[-1].body
    link = next(
        word
        for word in body.split()
        if "/redeem/" in word and word.rstrip("/").rpartition("/")[2] not in ("redeem", "")
    )
    return SimpleNamespace(contact=contact, path=urlsplit(link).path)


# The buttons


def test_a_button_is_there_for_each_configured_provider_alone(visitor, server, settings, db):
    assert "Continue with" not in visitor.get(LOGIN).text
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(environment(server, "works", "club"))
    page = visitor.get(LOGIN).text
    assert "Continue with Works ID" in page
    assert "Continue with Club ID" in page
    assert "Google" not in page


def test_the_redirect_carries_state_and_a_pkce_challenge(visitor, provider):
    query = parse_qs(urlsplit(begin(visitor)).query)
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["state"][0]) > 10


def test_following_a_link_signs_nobody_in(visitor, provider):
    assert visitor.get(BUTTON).status_code == 200


def test_the_only_way_in_is_taken_at_once(visitor, provider):
    change_policy(local_sign_in=False)
    assert visitor.get(LOGIN)["Location"].startswith(provider)
    assert visitor.get(f"{LOGIN}?stay=1").status_code == 200
    assert visitor.get(f"{LOGIN}?staff=1").status_code == 200
    assert visitor.get(f"{LOGIN}?next=/admin/").status_code == 200


def test_signing_out_does_not_sign_in_again(sign_in, alice, provider):
    change_policy(local_sign_in=False)
    assert sign_in(alice).post("/accounts/logout/", follow=True).status_code == 200


# Signing in


def test_alice_signs_in_with_a_connected_identity(alice, visitor, provider):
    connect(alice.user, person(provider, "alice", "other@private.example"))
    assert sign_in_with(visitor, "alice").url == "/"
    assert visitor.get("/").context["request"].contact == alice
    assert not SocialToken.objects.exists()


def test_a_deactivated_user_stays_outside(alice, visitor, provider):
    connect(alice.user, person(provider, "alice", alice.email))
    User.objects.update(is_active=False)
    sign_in_with(visitor, "alice")
    assert not is_signed_in(visitor)


def test_an_identity_is_never_tied_to_a_user_because_the_addresses_agree(alice, visitor, provider):
    change_policy(registration="open")
    response = sign_in_with(visitor, person(provider, "mallory", alice.email))
    assert response.url.startswith(LOGIN)
    assert "This address is already registered" in visitor.get(response.url).text
    assert not is_signed_in(visitor)
    assert not SocialAccount.objects.exists()


def test_an_invented_answer_is_refused(visitor, provider):
    assert visitor.get(f"{BUTTON}callback/?code=x&state=y").status_code == 401


def test_cancelling_says_so(visitor, provider):
    answer = requests.post(begin(visitor), data={"action": "deny"}, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    state = parse_qs(urlsplit(begin(visitor)).query)["state"][0]
    query = back.query if "state=" in back.query else f"{back.query}&state={state}"
    assert "You are not signed in" in visitor.get(f"{back.path}?{query}", follow=True).text


def test_a_provider_that_is_down_gets_a_friendly_page(visitor, settings, db):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(environment("http://127.0.0.1:9", "works"))
    response = visitor.post(BUTTON)
    assert response.status_code == 503
    assert "did not respond" in response.text
    assert visitor.get(LOGIN).status_code == 200


# Registering


def test_nobody_registers_uninvited(visitor, provider):
    assert "By invitation only" in sign_in_with(visitor, person(provider, "new1", "new@acme.example")).text
    assert not User.objects.exists()


def test_open_registration_makes_an_individual_customer(visitor, provider):
    change_policy(registration="open")
    sign_in_with(visitor, person(provider, "new2", "New2@Acme.example"))
    contact = Contact.objects.get()
    assert (contact.email, contact.account, contact.user.get_full_name()) == (
        "new2@acme.example",
        None,
        "Dora Diaz",
    )
    assert is_signed_in(visitor)


def test_open_registration_keeps_to_the_allowed_domains(visitor, provider):
    change_policy(registration="open", allowed_domains=["acme.example"])
    response = sign_in_with(visitor, person(provider, "new3", "new@elsewhere.example"))
    assert "acme.example" in visitor.get(response.url).text
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "verified", [False, "false", None, "true", "True", 1, 1.0, "1", [True], {"is": True}]
)
def test_an_address_that_is_not_verified_must_be_confirmed_by_mail(visitor, provider, verified):
    change_policy(registration="open")
    response = sign_in_with(visitor, person(provider, "new4", "new4@acme.example", verified))
    assert response.url == "/accounts/confirm-email/"
    assert not is_signed_in(visitor)
    assert not EmailAddress.objects.get().verified


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (True, True),
        (False, False),
        (None, False),
        ("false", False),
        ("no", False),
        ("true", False),
        (1, False),
        ([False], False),
    ],
)
@pytest.mark.parametrize("name", ["google", "yahoo"])
def test_a_word_of_google_or_yahoo_counts_as_it_was_said(rf, settings, name, said, counts):
    """allauth makes a truth of whatever they send, "false" included."""
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured({"GOOGLE_CLIENT_ID": "x", "YAHOO_CLIENT_ID": "x"})
    claims = {
        "email": "new@acme.example",
        "email_verified": said,
        "sub": "1",
        "given_name": "Dora",
        "family_name": "Diaz",
    }
    assert vouched_for(rf, name, claims) is counts


@pytest.mark.parametrize(
    ("said", "counts"), [(True, True), (False, False), (None, False), ("true", False), (1, False)]
)
def test_a_word_of_github_counts_as_it_was_said(rf, settings, said, counts):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured({"GITHUB_CLIENT_ID": "x"})
    claims = {
        "id": 1,
        "login": "dora",
        "emails": [{"email": "new@acme.example", "primary": True, "verified": said}],
    }
    assert vouched_for(rf, "github", claims) is counts


def test_a_domain_that_google_alone_gives_out_needs_no_word(rf, settings):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(
        {"GOOGLE_CLIENT_ID": "x", "GOOGLE_VERIFIED_DOMAINS": "acme.example"}
    )
    assert vouched_for(rf, "google", {"email": "new@acme.example", "email_verified": "no", "sub": "1"})


def vouched_for(rf: Any, name: str, claims: dict[str, Any]) -> bool:
    """What is made of a provider's answer, up to where the person would be signed in."""
    request = rf.get("/")
    login = get_adapter(request).get_provider(request, name).sociallogin_from_response(request, claims)
    return bool(login.email_addresses) and login.email_addresses[0].verified


# Invitations


def test_dora_redeems_with_an_identity_of_her_address(dora, visitor, provider):
    visitor.get(dora.path)
    assert "Continue with Works ID" in visitor.get("/redeem/invitation/").text
    assert sign_in_with(visitor, person(provider, "dora", dora.contact.email)).url == "/"
    dora.contact.refresh_from_db()
    assert dora.contact.user.email == dora.contact.email
    assert visitor.get("/").context["request"].contact == dora.contact


@pytest.mark.parametrize(
    ("email", "verified"), [("stranger@acme.example", True), ("dora@acme.example", False)]
)
def test_nobody_else_uses_the_invitation(dora, visitor, provider, email, verified):
    users = User.objects.count()
    visitor.get(dora.path)
    response = sign_in_with(visitor, person(provider, "stranger", email, verified))
    assert response.url == "/redeem/invitation/"
    assert "did not confirm" in visitor.get(response.url).text
    assert User.objects.count() == users
    assert Invitation.objects.get().is_redeemable


def test_closed_means_closed_for_the_invited_too(dora, visitor, provider):
    change_policy(registration="closed")
    visitor.get(dora.path)
    assert (
        "Registration is closed" in sign_in_with(visitor, person(provider, "dora2", dora.contact.email)).text
    )
    assert Invitation.objects.get().is_redeemable


def test_what_fails_in_the_middle_leaves_nothing(dora, visitor, provider, monkeypatch):
    users = User.objects.count()
    monkeypatch.setattr("accounts.actions.redemption._tell", lambda *_: 1 / 0)
    visitor.get(dora.path)
    with pytest.raises(ZeroDivisionError):
        sign_in_with(visitor, person(provider, "dora3", dora.contact.email))
    assert User.objects.count() == users
    assert not SocialAccount.objects.exists()
    assert Invitation.objects.get().is_redeemable


# Connecting and disconnecting


@pytest.fixture
def browser(alice: Contact) -> Client:
    """Alice has just typed her password, twice."""
    alice.user.set_password(PASSWORD)
    alice.user.save()
    browser = Client()
    browser.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


def test_connecting_asks_to_sign_in_again(sign_in, alice, provider):
    assert "next=" in sign_in(alice).get(PAGE)["Location"]


def test_alice_connects_an_identity_and_is_told_by_mail(browser, alice, provider, run_jobs):
    sign_in_with(browser, person(provider, "alice2", "alice@private.example"), "connect")
    assert SocialAccount.objects.get().user == alice.user
    assert "alice@private.example" in browser.get(PAGE).text
    assert Activity.objects.filter(verb="contact.identity_connected", account=alice.account).exists()
    run_jobs()
    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_an_identity_of_somebody_else_is_not_connected(browser, charlie, provider):
    connect(charlie.user, person(provider, "charlie", charlie.email))
    sign_in_with(browser, "charlie", "connect")
    assert SocialAccount.objects.get().user == charlie.user


def test_alice_disconnects_after_a_question(browser, alice, provider):
    identity = connect(alice.user, "alice3")
    assert "Disconnect Works ID?" in browser.get(f"{PAGE}?disconnect={identity.pk}").text
    browser.post(PAGE, {"identity": identity.pk})
    assert not SocialAccount.objects.exists()
    assert Activity.objects.filter(verb="contact.identity_disconnected").exists()


@pytest.mark.parametrize("others", [[], ["bankrupt"]])
def test_the_last_way_in_stays(browser, alice, provider, others):
    """A password is none while it is switched off, nor is an identity of a provider that is not configured
    any more."""
    change_policy(local_sign_in=False)
    identity = connect(alice.user, "alice4")
    for name in others:
        connect(alice.user, "alice5", name)
    browser.post(PAGE, {"identity": identity.pk})
    assert SocialAccount.objects.filter(pk=identity.pk).exists()
    assert "only way to sign in" in browser.get(PAGE).text


def test_without_a_password_the_last_identity_stays(alice):
    identity = connect(alice.user, "alice6")
    with pytest.raises(OnlyWayIn):
        disconnect_identity(
            actor=Actor(user=alice.user), identity=identity, policy=SignInPolicy(), providers=["works"]
        )


@pytest.mark.parametrize("method", ["get", "post"])
def test_identities_of_others_are_not_found(browser, charlie, provider, method):
    identity = connect(charlie.user, "charlie2")
    data = {"disconnect": identity.pk} if method == "get" else {"identity": identity.pk}
    assert getattr(browser, method)(PAGE, data).status_code == 404
    assert SocialAccount.objects.exists()
