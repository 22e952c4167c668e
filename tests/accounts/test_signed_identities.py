"""OpenID providers that tell about a person in a signed token instead of JSON."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.test import Client

from accounts.models import User
from portal import providers
from tests.accounts import broken_provider
from tests.accounts.broken_provider import KEYS, PERSON, TOKEN, BrokenProvider
from tests.accounts.external import BUTTON, begin, change_policy, environment, is_signed_in

CALLBACK = f"{BUTTON}callback/"
SECRET = "a secret that is shared by provider and portal, as long as HS512 asks for ......"
RSA, OTHER_RSA = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
P256, P384, P521 = (ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1))
ED25519 = ed25519.Ed25519PrivateKey.generate()
PRIVATE: dict[str, Any] = {
    "RS": RSA,
    "PS": RSA,
    "ES256": P256,
    "ES384": P384,
    "ES512": P521,
    "EdDSA": ED25519,
}
ENCRYPTED = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AAAA.BBBB.CCCC.DDDD"


def jwk(key: Any, **more: str) -> dict[str, Any]:
    kinds = {rsa.RSAPrivateKey: "RS256", ed25519.Ed25519PrivateKey: "EdDSA"}
    name = next((name for kind, name in kinds.items() if isinstance(key, kind)), "ES256")
    algorithm: Any = jwt.get_algorithm_by_name(name)
    return json.loads(algorithm.to_jwk(key.public_key())) | more


def key_of(algorithm: str) -> Any:
    return SECRET if algorithm.startswith("HS") else PRIVATE.get(algorithm) or PRIVATE[algorithm[:2]]


@pytest.fixture
def signing(settings: Any, db: None) -> Iterator[BrokenProvider]:
    """A provider that answers with tokens, and publishes one key."""
    with broken_provider.running() as running:
        named = environment(running.url, "works") | {"OIDC_WORKS_SECRET": SECRET}
        settings.SOCIALACCOUNT_PROVIDERS = providers.configured(named)
        change_policy(registration="open")
        running.types[PERSON] = "application/jwt"
        running.answers[KEYS] = {"keys": [jwk(RSA, kid="one", use="sig")]}
        yield running


def claims(provider: BrokenProvider, **others: Any) -> dict[str, Any]:
    known = {"sub": "alice", "email": "new@acme.example", "email_verified": True, "aud": "portal"}
    return {
        name: value for name, value in {"iss": provider.url, **known, **others}.items() if value is not None
    }


def signed(provider: BrokenProvider, algorithm: str = "RS256", key: Any = None, **others: Any) -> str:
    names = {"kid": "one"} if algorithm == "RS256" else {}
    return jwt.encode(claims(provider, **others), key or key_of(algorithm), algorithm, names)


def go_through(browser: Client) -> Any:
    state = parse_qs(urlsplit(begin(browser)).query)["state"][0]
    return browser.get(f"{CALLBACK}?code=c&state={state}")


@pytest.mark.parametrize(
    "algorithm",
    "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA HS256 HS384 HS512".split(),
)
def test_an_answer_that_is_signed_is_read_whatever_signs_it(visitor, signing, algorithm):
    if not algorithm.startswith("HS"):
        signing.answers[KEYS] = {"keys": [jwk(key_of(algorithm))]}
    signing.answers[PERSON] = signed(signing, algorithm)
    go_through(visitor)
    assert is_signed_in(visitor)
    assert User.objects.get().email == "new@acme.example"


@pytest.mark.parametrize(
    "others",
    [
        {"aud": ["another", "portal"]},
        {"aud": None},
        {"iss": None},
        {"iss": None, "aud": None},
        {"exp": 4_000_000_000},
        {"name": "Nora Q.", "given_name": "Nora"},
    ],
)
def test_an_answer_need_not_name_whom_it_is_for(visitor, signing, others):
    signing.answers[PERSON] = signed(signing, **others)
    go_through(visitor)
    assert is_signed_in(visitor)


@pytest.mark.parametrize(
    "kind", ["application/jwt; charset=utf-8", "Application/JWT", "application/jwt ;q=1"]
)
def test_a_type_has_many_spellings(visitor, signing, kind):
    signing.types[PERSON] = kind
    signing.answers[PERSON] = signed(signing) + "\n"
    go_through(visitor)
    assert is_signed_in(visitor)


@pytest.mark.parametrize(
    "keys",
    [
        [jwk(OTHER_RSA, kid="other"), jwk(RSA, kid="one")],
        [jwk(RSA, kid="one"), jwk(P256, kid="two"), {"kty": "unknown", "kid": "three"}],
        [jwk(RSA)],
        [jwk(RSA, kid="one", alg="PS256")],
    ],
)
def test_the_key_is_found_among_others(visitor, signing, keys):
    signing.answers[KEYS] = {"keys": keys}
    signing.answers[PERSON] = signed(signing)
    go_through(visitor)
    assert is_signed_in(visitor)


def unreadable(provider: BrokenProvider) -> dict[str, str]:
    head, body, signature = signed(provider).split(".")
    others = signed(provider, email="eve@acme.example").split(".")
    return {
        "changed": ".".join([head, others[1], signature]),
        "another's key": signed(provider, key=OTHER_RSA),
        "unsigned": jwt.encode(claims(provider), None, "none"),
        "no signature": f"{head}.{body}.",
        "public key as a secret": jwt.encode(claims(provider), "x" * 64, "HS256"),
        "for another": signed(provider, aud="another"),
        "of another": signed(provider, iss="https://evil.example"),
        "too old": signed(provider, exp=1_000_000_000),
        "not yet": signed(provider, nbf=4_000_000_000),
        "encrypted": ENCRYPTED,
        "a page": "<html>",
        "nothing": "",
        "no claims": jwt.api_jws.encode(b"[]", RSA, "RS256", {"kid": "one"}),
    }


def test_what_cannot_be_verified_signs_nobody_in(visitor, signing, member):
    for name, text in unreadable(signing).items():
        with member(name):
            signing.answers[PERSON] = text
            assert "did not respond correctly" in go_through(Client()).text
            assert not User.objects.exists()


@pytest.mark.parametrize("keys", [{}, [], None, "", {"keys": []}, {"keys": [7]}, {"keys": [{"kty": "RSA"}]}])
def test_nonsense_instead_of_keys_gets_a_friendly_page(visitor, signing, keys):
    signing.answers[KEYS] = keys
    signing.answers[PERSON] = signed(signing)
    assert "did not respond correctly" in go_through(visitor).text
    assert not User.objects.exists()


def test_the_id_token_has_to_do_where_the_answer_cannot_be_verified(signing, member):
    for name, text in unreadable(signing).items():
        with member(name):
            token = signed(signing, email="told@acme.example", exp=4_000_000_000, iat=1)
            signing.answers[TOKEN] = {"access_token": "t", "token_type": "bearer", "id_token": token}
            signing.answers[PERSON] = text
            browser = Client()
            go_through(browser)
            assert is_signed_in(browser)
            assert User.objects.get().email == "told@acme.example"


@pytest.mark.parametrize("is_signed", [True, False])
def test_answer_and_id_token_are_about_one_person(visitor, signing, is_signed):
    token = signed(signing, sub="bob", exp=4_000_000_000, iat=1)
    signing.answers[TOKEN] = {"access_token": "t", "token_type": "bearer", "id_token": token}
    signing.types = {PERSON: "application/jwt"} if is_signed else {}
    signing.answers[PERSON] = signed(signing) if is_signed else claims(signing)
    assert "did not respond correctly" in go_through(visitor).text
    assert not User.objects.exists()
