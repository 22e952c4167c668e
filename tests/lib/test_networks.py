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
