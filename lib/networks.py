"""Addresses and networks: one spelling for each, and a set of networks that answers at once however many it
holds."""

from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from typing import Self

from django.core.exceptions import ImproperlyConfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
MAPPED_BITS = 96
MAPPED, TRANSLATED = IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")
"""An IPv4 address in IPv6 clothes (::ffff:192.0.2.1), or as a NAT64 gateway shows it (64:ff9b::192.0.2.1), is
the last 32 bits of 128."""
NEVER_TRANSLATED = tuple(
    IPv4Network(text)
    for text in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
)
"""RFC 6052 forbids a gateway to show these so. Who comes in such an address is not from within."""


def parse_address(text: str) -> Address:
    """Raises ValueError. IPv4 in IPv6 clothes is IPv4; the zone of a link-local address (%eth0) says nothing
    to us."""
    address = ip_address(text.strip().partition("%")[0])
    return _within(address) or address


def parse_network(text: str) -> Network:
    """Raises ValueError. Bits beyond the mask are dropped: 192.0.2.7/24 is 192.0.2.0/24, ::ffff:192.0.2.0/120
    too."""
    network = ip_network(text.strip(), strict=False)
    within = _within(network.network_address)
    if within and network.prefixlen >= MAPPED_BITS:
        return IPv4Network((int(within), network.prefixlen - MAPPED_BITS))
    return network


def _within(address: Address) -> IPv4Address | None:
    if not isinstance(address, IPv6Address) or not (address in MAPPED or address in TRANSLATED):
        return None
    within = IPv4Address(int(address) & 0xFFFF_FFFF)
    is_forbidden = address in TRANSLATED and any(within in network for network in NEVER_TRANSLATED)
    return None if is_forbidden else within


class NetworkSet:
    """Networks, joined where they touch or overlap, and sorted: an address is found by halving, never by
    trying each."""

    def __init__(self, networks: Iterable[Network]) -> None:
        listed = list(networks)
        self._ranges = {
            4: _ranges(collapse_addresses(network for network in listed if isinstance(network, IPv4Network))),
            6: _ranges(collapse_addresses(network for network in listed if isinstance(network, IPv6Network))),
        }

    @classmethod
    def of(cls, name: str, texts: Iterable[str]) -> Self:
        """From a setting of this name."""
        try:
            return cls(parse_network(text) for text in texts)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name}: {error}. Write networks such as 192.0.2.0/24, separated by commas."
            ) from error

    def __bool__(self) -> bool:
        return any(self._ranges.values())

    def __contains__(self, text: str | None) -> bool:
        """Whether an address as client_ip gives it is in one of the networks. None is in none."""
        if not text:
            return False
        address = parse_address(text)
        ranges = self._ranges[address.version]
        before = bisect_right(ranges, int(address), key=_first)
        return before > 0 and int(address) <= ranges[before - 1][1]


def _ranges(networks: Iterable[Network]) -> list[tuple[int, int]]:
    return sorted((int(network.network_address), int(network.broadcast_address)) for network in networks)


def _first(limits: tuple[int, int]) -> int:
    return limits[0]
