"""The address a request came from."""

import pytest
from django.test import RequestFactory

from lib.client_ip import client_ip, is_this_machine

requests = RequestFactory()


def asked(peer, **headers):
    return requests.get("/", REMOTE_ADDR=peer, **headers)


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:0DB8:0:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:207", "192.0.2.7"),
        ("127.0.0.1", "127.0.0.1"),
        ("", None),
        ("nonsense", None),
        ("192.0.2.7, 192.0.2.8", None),
    ],
)
def test_without_a_proxy_it_is_the_peer(settings, peer, address):
    settings.TRUSTED_PROXIES = []
    assert client_ip(asked(peer)) == address
    assert client_ip(asked(peer, HTTP_X_REAL_IP="203.0.113.9", HTTP_X_FORWARDED_FOR="203.0.113.9")) == address


@pytest.mark.parametrize("peer", ["10.0.0.1", "::ffff:10.0.0.1", ""])
@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("x", None),
        ("", None),
    ],
)
def test_behind_a_trusted_proxy_it_is_what_the_proxy_says(settings, peer, header, address):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    assert client_ip(asked(peer, HTTP_X_REAL_IP=header)) == address
    assert client_ip(asked(peer, HTTP_X_FORWARDED_FOR="203.0.113.9")) is None


def test_another_peer_is_not_believed(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    assert client_ip(asked("10.0.0.2", HTTP_X_REAL_IP="192.0.2.7")) == "10.0.0.2"


@pytest.mark.parametrize("proxies", [[], ["127.0.0.1"]])
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1", ""])
def test_the_machine_itself_asks_without_a_proxys_headers(settings, proxies, peer):
    settings.TRUSTED_PROXIES = proxies
    assert is_this_machine(asked(peer))


@pytest.mark.parametrize("header", ["HTTP_X_REAL_IP", "HTTP_X_FORWARDED_FOR"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "", "203.0.113.9"])
def test_whoever_comes_through_the_proxy_is_not_the_machine(settings, peer, header):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert not is_this_machine(asked(peer, **{header: "203.0.113.9"}))
