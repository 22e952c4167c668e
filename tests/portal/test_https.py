"""Who is believed when a request is said to have come by https, and what the way from http to https
carries."""

import pytest
from django.test import Client

SIGN_IN = "/accounts/login/"
PROXY, STRANGER = "10.0.0.1", "203.0.113.9"


@pytest.fixture
def https(settings):
    """An installation with an https address behind a trusted proxy."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.TRUSTED_PROXIES = [PROXY]


def ask(peer, said=None, **more):
    headers = {"X-Forwarded-Proto": said} if said is not None else {}
    return Client().get(SIGN_IN, REMOTE_ADDR=peer, headers={"X-Real-IP": "192.0.2.7", **headers}, **more)


@pytest.mark.parametrize("peer", [PROXY, f"::ffff:{PROXY}", ""])
def test_the_trusted_proxy_says_that_a_visitor_came_by_https(https, db, peer):
    response = ask(peer, "https")
    assert response.status_code == 200
    assert response["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        (STRANGER, "https"),
        ("127.0.0.1", "https"),
        (f"::ffff:{STRANGER}", "https"),
        (PROXY, "http"),
        (PROXY, None),
        (PROXY, "https, http"),
        (PROXY, "on"),
        (PROXY, ""),
    ],
)
def test_nobody_else_does_and_nothing_else_counts(https, db, peer, said):
    response = ask(peer, said)
    assert (response.status_code, response.url) == (301, f"https://testserver{SIGN_IN}")


def test_a_proxy_that_came_by_tls_itself_still_says_how_the_visitor_came(https, db):
    assert ask(PROXY, "http", secure=True).status_code == 301
    assert ask(PROXY, secure=True).status_code == 200


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", STRANGER, ""])
def test_without_trusted_proxies_nobody_says_it(https, settings, db, peer):
    settings.TRUSTED_PROXIES = []
    assert ask(peer, "https").status_code == 301


def test_the_way_to_https_carries_the_policy_headers_and_no_hsts(https, db):
    """RFC 6797, section 7.2: an answer over plain http must not carry HSTS, and browsers would ignore it."""
    plain, page = ask(PROXY, "http"), ask(PROXY, "https")
    everywhere = [
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "X-Frame-Options",
        "X-Request-Id",
    ]
    assert [name for name in (*everywhere, "Content-Security-Policy") if name not in plain] == []
    assert [plain[name] for name in everywhere[:-1]] == [page[name] for name in everywhere[:-1]]
    assert plain["Content-Security-Policy"] == page["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in plain
    assert not plain.content


@pytest.mark.parametrize("path", ["/static/css/portal.css", "/nowhere/", "/cases"])
def test_files_errors_and_redirects_over_https_carry_all_of_them(https, db, path):
    response = Client().get(
        path, REMOTE_ADDR=PROXY, headers={"X-Real-IP": "192.0.2.7", "X-Forwarded-Proto": "https"}
    )
    missing = {
        "Strict-Transport-Security",
        "Content-Security-Policy",
        "X-Frame-Options",
        "X-Content-Type-Options",
    } - set(response.headers)
    assert missing == set()
