"""Signing in through SAML 2.0. The answers are really signed, and really checked."""

from base64 import b64decode, b64encode
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from accounts.models import Contact, SignInPolicy, User
from portal import providers
from tests.accounts.saml_server import Asked, Person, SamlServer
from tests.factories import PASSWORD

BUTTON, ACS, METADATA = (
    "/accounts/saml/works/login/",
    "/accounts/saml/works/acs/",
    "/accounts/saml/works/metadata/",
)
EMAIL = "urn:oid:0.9.2342.19200300.100.1.3"


@pytest.fixture(scope="module")
def server() -> SamlServer:
    return SamlServer()


@pytest.fixture(autouse=True)
def configured(server: SamlServer, settings: Any, db: None) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(
        server.environment() | {"SAML_WORKS_VERIFIED_DOMAINS": "acme.example"}
    )


def new_browser() -> Client:
    """Real ones name the host."""
    return Client(headers={"host": "testserver"})


@pytest.fixture
def visitor() -> Client:
    return new_browser()


def ask(browser: Client, process: str = "login", **query: str) -> Asked:
    return Asked(browser.post(BUTTON, query_params={"process": process, **query})["Location"])


def come_back(browser: Client, answer: str) -> Any:
    """As a browser does: another site's form brings no cookie, the page after it does."""
    laid_aside = new_browser().post(ACS, {"SAMLResponse": answer, "RelayState": ""})
    browser.cookies["saml-acs-session"] = laid_aside.cookies["saml-acs-session"].value
    return browser.get(laid_aside["Location"])


def sign_in(browser: Client, server: SamlServer, person: Person, **changes: Any) -> Any:
    return come_back(browser, server.answer(ask(browser), person, **changes))


def is_signed_in(browser: Client) -> bool:
    return browser.get("/profile/").status_code == 200


def connect(user: User, name: str) -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider="works", uid=name)


def open_registration(**values: Any) -> None:
    SignInPolicy.objects.stored()
    SignInPolicy.objects.update(registration="open", **values)


# Signing in


def test_the_button_leads_to_the_server_with_a_request(visitor, server):
    assert "Continue with Works SAML" in visitor.get("/accounts/login/").text
    asked = ask(visitor)
    assert asked.url.startswith(f"{server.sso_url}?SAMLRequest=")
    assert (asked.destination, asked.audience) == (f"http://testserver{ACS}", f"http://testserver{METADATA}")


def test_the_metadata_say_where_the_answer_goes(visitor):
    response = visitor.get(METADATA)
    assert response["Content-Type"] == "text/xml"
    assert f"http://testserver{ACS}" in response.text


def test_alice_signs_in_with_her_connected_identity(alice, visitor, server):
    connect(alice.user, "a-1")
    response = sign_in(
        visitor, server, Person("a-1", {EMAIL: "alice@acme.example", "email_verified": "true"})
    )
    assert response.url == "/"
    assert visitor.get("/").context["request"].contact == alice
    assert SocialAccount.objects.get().extra_data["email"] == "alice@acme.example"


def test_alice_gets_to_the_page_she_wanted(alice, visitor, server):
    connect(alice.user, "a-1")
    answer = server.answer(ask(visitor, next="/cases/"), Person("a-1"))
    assert come_back(visitor, answer).url == "/cases/"


def test_nobody_is_led_to_another_site(alice, visitor, server):
    connect(alice.user, "a-1")
    answer = server.answer(ask(visitor, next="https://evil.example/"), Person("a-1"))
    assert come_back(visitor, answer).url == "/"


def test_an_answer_is_signed_as_a_whole_or_in_its_assertion(alice, visitor, server):
    connect(alice.user, "a-1")
    unsigned = b64decode(server.answer(ask(visitor), Person("a-1"), is_signed=False)).decode()
    come_back(visitor, b64encode(server.signed(unsigned).encode()).decode())
    assert is_signed_in(visitor)


def test_alice_connects_an_identity_after_signing_in_again(alice, server):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    browser = new_browser()
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    come_back(browser, server.answer(ask(browser, "connect"), Person("a-1")))
    assert SocialAccount.objects.get().user == alice.user
    assert "Works SAML" in browser.get("/accounts/3rdparty/").text


# Answers that are refused


def tampered(answer: str) -> str:
    return b64encode(b64decode(answer).replace(b">a-1<", b">b-1<")).decode()


A1 = Person("a-1")
OTHER = "ONELOGIN_1"
REFUSED = {
    "of another key": lambda server, asked: server.impostor().answer(asked, A1),
    "without a signature": lambda server, asked: server.answer(asked, A1, is_signed=False),
    "changed on the way": lambda server, asked: tampered(server.answer(asked, A1)),
    "for another portal": lambda server, asked: server.answer(
        asked, A1, audience="https://elsewhere.example/"
    ),
    "sent elsewhere": lambda server, asked: server.answer(
        asked, A1, destination="https://elsewhere.example/acs/"
    ),
    "of another server": lambda server, asked: server.answer(asked, A1, issuer="https://elsewhere.example/"),
    "too old": lambda server, asked: server.answer(asked, A1, age=timedelta(minutes=10)),
    "that nobody asked for": lambda server, asked: server.answer(asked, A1, in_response_to=None),
    "to the question of another browser": lambda server, asked: server.answer(
        asked, A1, in_response_to=OTHER
    ),
    "wrapped anew": lambda server, asked: server.answer(asked, A1, in_response_to=OTHER, around=asked.id),
    "without a name": lambda server, asked: server.answer(asked, Person("")),
    "of a person who stopped": lambda server, asked: server.answer(asked, A1, status="Responder"),
    "that is no XML": lambda *_: b64encode(b"<nonsense").decode(),
    "that is another XML": lambda *_: b64encode(b"<a><b/></a>").decode(),
    "that is no base64": lambda *_: "\0 nonsense ?",
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_answer_is_refused(alice, bob, visitor, server, name):
    connect(alice.user, "a-1")
    connect(bob.user, "b-1")
    response = come_back(visitor, REFUSED[name](server, ask(visitor)))
    assert response.status_code in (401, 503)
    assert "did not respond correctly" in response.text
    assert not is_signed_in(visitor)


def test_an_answer_serves_once(alice, visitor, server):
    connect(alice.user, "a-1")
    answer = server.answer(ask(visitor), Person("a-1"))
    come_back(visitor, answer)
    visitor.post("/accounts/logout/")
    assert come_back(visitor, answer).status_code == 401
    assert not is_signed_in(visitor)
    assert come_back(new_browser(), answer).status_code == 401


def test_the_second_page_without_the_first_is_refused(visitor):
    assert visitor.get(f"{ACS}finish/").status_code == 401


@pytest.mark.parametrize(
    "data", [{}, {"SAMLResponse": ""}, {"SAMLResponse": "A" * 300_000}], ids=["nothing", "empty", "long"]
)
def test_nothing_is_laid_aside_for_what_cannot_be_an_answer(visitor, data):
    assert visitor.post(ACS, data).status_code == 400
    assert not Session.objects.exists()


def test_nothing_is_laid_aside_for_a_server_that_is_not_configured(visitor):
    assert visitor.post("/accounts/saml/other/acs/", {"SAMLResponse": "QQ=="}).status_code == 404
    assert visitor.get("/accounts/saml/other/acs/finish/").status_code == 404
    assert visitor.get("/accounts/saml/other/metadata/").status_code == 404
    assert visitor.post("/accounts/saml/other/login/").status_code == 404
    assert not Session.objects.exists()


def test_what_is_laid_aside_is_gone_soon(visitor):
    visitor.post(ACS, {"SAMLResponse": "QQ=="})
    assert Session.objects.get().expire_date < timezone.now() + timedelta(minutes=6)


def test_another_site_signs_nobody_out(alice):
    browser = new_browser()
    browser.force_login(alice.user)
    assert browser.get("/accounts/saml/works/sls/?SAMLRequest=x").url == "/accounts/logout/"
    assert is_signed_in(browser)


# Registering


def test_only_the_named_domains_are_vouched_for(visitor, server):
    """A server that is somebody else's could call every address verified."""
    open_registration()
    claims = {EMAIL: "new@elsewhere.example", "http://schemas.auth0.com/email_verified": "true"}
    assert sign_in(visitor, server, Person("n-1", claims)).url == "/accounts/confirm-email/"
    assert not EmailAddress.objects.get().verified


def test_a_registrant_of_a_named_domain_becomes_an_individual_customer(visitor, server):
    open_registration()
    sign_in(visitor, server, Person("n-2", {EMAIL: "New@Acme.example", "givenName": "Nora", "sn": "Nilsson"}))
    contact = Contact.objects.get()
    assert (contact.email, contact.user.get_full_name(), contact.account) == (
        "new@acme.example",
        "Nora Nilsson",
        None,
    )
    assert is_signed_in(visitor)


def test_the_name_serves_as_address_if_the_server_says_so(visitor, server):
    open_registration()
    sign_in(
        visitor,
        server,
        Person("nils@acme.example", {}, "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
    )
    assert User.objects.get().email == "nils@acme.example"


# The environment


@pytest.mark.parametrize("missing", ["ENTITY_ID", "SSO_URL", "CERTIFICATE"])
def test_a_missing_variable_is_named(server, missing):
    env = {key: value for key, value in server.environment().items() if not key.endswith(missing)}
    with pytest.raises(ImproperlyConfigured, match=f"SAML_WORKS_{missing}"):
        providers.configured(env)


def test_forms_may_lead_to_the_server(server):
    assert providers.origins(server.environment()) == ["https://saml.works.example"]
    by_metadata = {
        "SAML_PROVIDERS": "works",
        "SAML_WORKS_METADATA_URL": "https://id.acme.example/saml/metadata",
    }
    assert providers.origins(by_metadata) == ["https://id.acme.example"]


def test_a_server_whose_metadata_cannot_be_had_gets_the_friendly_page(visitor, settings):
    env = {"SAML_PROVIDERS": "works", "SAML_WORKS_METADATA_URL": "http://127.0.0.1:9/metadata"}
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(env)
    response = visitor.post(BUTTON)
    assert response.status_code == 503
    assert "did not respond" in response.text


def test_the_server_may_tell_of_itself_by_its_metadata(alice, visitor, server, settings, tmp_path):
    (tmp_path / "metadata.xml").write_text(server.metadata)
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("localhost", 0), handler) as running:
        Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        env = {
            "SAML_PROVIDERS": "works",
            "SAML_WORKS_METADATA_URL": f"http://localhost:{running.server_port}/metadata.xml",
        }
        settings.SOCIALACCOUNT_PROVIDERS = providers.configured(env)
        connect(alice.user, "a-1")
        assert sign_in(visitor, server, A1).url == "/"
        running.shutdown()
