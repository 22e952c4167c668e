"""Networks and addresses in one spelling, and the set that is asked on every request."""

from ipaddress import ip_address, ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured

from lib.networks import NetworkSet, parse_address, parse_network

LISTED = [
    "192.0.2.0/24",
    "192.0.2.128/25",
    "192.0.3.0/24",
    "10.0.0.1",
    "2001:db8::/32",
    "2001:db8:1::/48",
    "fd00::1",
]
AROUND = [
    "192.0.1.255",
    "192.0.2.0",
    "192.0.3.255",
    "192.0.4.0",
    "10.0.0.0",
    "10.0.0.1",
    "10.0.0.2",
    "0.0.0.1",
    "255.255.255.255",
    "::",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
    "fd00::1",
    "fd00::2",
]


@pytest.mark.parametrize("address", AROUND)
def test_the_set_answers_as_trying_each_network_would(address):
    expected = any(ip_address(address) in ip_network(network) for network in LISTED)
    assert (address in NetworkSet(map(parse_network, LISTED))) is expected


@pytest.mark.parametrize("address", [None, ""])
def test_no_address_is_in_no_network(address):
    assert address not in NetworkSet([parse_network("0.0.0.0/0"), parse_network("::/0")])


def test_a_set_of_no_networks_is_false():
    assert not NetworkSet([])
    assert NetworkSet([parse_network("fd00::1")])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("192.0.2.7/24", "192.0.2.0/24"),
        ("192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.7/255.255.255.0", "192.0.2.0/24"),
        ("2001:DB8:0::1/32", "2001:db8::/32"),
        ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
        ("::ffff:c000:207", "192.0.2.7/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:0:0/95", "::fffe:0:0/95"),
    ],
)
def test_a_network_has_one_spelling(typed, kept):
    assert str(parse_network(f" {typed} ")) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("::ffff:192.0.2.7", "192.0.2.7"), ("fe80::1%eth0", "fe80::1"), (" 192.0.2.7", "192.0.2.7")],
)
def test_an_address_has_one_spelling(typed, kept):
    assert str(parse_address(typed)) == kept


def test_a_setting_that_is_no_network_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match=r"HEALTH_CHECK_FROM.*10\.0\.0\.0/33"):
        NetworkSet.of("HEALTH_CHECK_FROM", ["10.0.0.0/33"])


TRANSLATED = {
    "64:ff9b::192.0.2.1": "192.0.2.1",
    "64:ff9b::c000:201": "192.0.2.1",
    "64:FF9B::198.51.100.7": "198.51.100.7",
    "0064:ff9b:0:0:0:0:cb00:7109": "203.0.113.9",
    "64:ff9b::8.8.8.8%eth0": "8.8.8.8",
    "64:ff9b::255.255.255.255": "255.255.255.255",
    "64:ff9b::100.64.0.1": "100.64.0.1",
    "::ffff:10.0.0.1": "10.0.0.1",
    "64:ff9b::10.0.0.1": "64:ff9b::a00:1",
    "64:ff9b::127.0.0.1": "64:ff9b::7f00:1",
    "64:ff9b::172.31.255.255": "64:ff9b::ac1f:ffff",
    "64:ff9b::192.168.0.1": "64:ff9b::c0a8:1",
    "64:ff9b::169.254.169.254": "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::192.0.2.1": "64:ff9b:1::c000:201",
    "64:ff9b:0:0:0:1:192.0.2.1": "64:ff9b::1:c000:201",
    "65:ff9b::192.0.2.1": "65:ff9b::c000:201",
    "::192.0.2.1": "::c000:201",
    "2002:c000:201::": "2002:c000:201::",
}
"""The prefix of NAT64 gateways; addresses that no gateway may show so; and other prefixes."""


@pytest.mark.parametrize(("shown", "address"), TRANSLATED.items())
def test_an_address_behind_a_gateway_is_the_one_it_stands_for(shown, address):
    assert str(parse_address(shown)) == address
    assert shown in NetworkSet([parse_network(address)])


def test_a_network_behind_a_gateway_is_the_one_it_stands_for():
    assert str(parse_network("64:ff9b::192.0.2.7/120")) == "192.0.2.0/24"
    assert "64:ff9b::127.0.0.1" not in NetworkSet([parse_network("127.0.0.0/8")])
