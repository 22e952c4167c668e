"""Where a request came from, and whose headers are believed: the one answer that allow list, rate limits and
activity log use."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from python_ipware import IpWare

from lib.networks import parse_address

LOOPBACK = ("127.0.0.1", "::1")
_ipware = IpWare(precedence=("REMOTE_ADDR",), proxy_count=0)


def client_ip(request: HttpRequest) -> str | None:
    """The client's IP address, or None when it cannot be told; callers refuse what has none.

    Headers are believed of a trusted proxy alone, and of these X-Real-IP, which the proxy overwrites.
    X-Forwarded-For is never read: clients can write into it. An IPv4 address in IPv6 clothes
    (::ffff:192.0.2.1) is returned as IPv4.
    """
    header = "HTTP_X_REAL_IP" if is_from_trusted_proxy(request) else "REMOTE_ADDR"
    return _address(request.META.get(header, ""))


@lru_cache(maxsize=10_000)
def _address(text: str) -> str | None:
    """Of the same visitors, again and again."""
    found, _is_trusted = _ipware.get_client_ip({"REMOTE_ADDR": text}, strict=True)
    return str(parse_address(str(found))) if found else None


def is_from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether the peer may say who asks, and how they came: it is one of TRUSTED_PROXIES, or, if there are
    any, a unix socket, which only the local proxy can reach.
    """
    return bool(settings.TRUSTED_PROXIES) and _peer(request) in ("", *settings.TRUSTED_PROXIES)


def is_monitor(request: HttpRequest) -> bool:
    """Who may ask for the health check: the machine itself, and the networks of HEALTH_CHECK_FROM."""
    return is_this_machine(request) or client_ip(request) in settings.HEALTH_CHECK_FROM


def is_this_machine(request: HttpRequest) -> bool:
    """Whether the request was made on the machine itself. Its monitoring may ask past the proxy, so without
    the proxy's headers."""
    is_forwarded = "HTTP_X_REAL_IP" in request.META or "HTTP_X_FORWARDED_FOR" in request.META
    return client_ip(request) in LOOPBACK or (_peer(request) in ("", *LOOPBACK) and not is_forwarded)


def _peer(request: HttpRequest) -> str:
    """The other end of the connection; "" for a unix socket. A server that listens on IPv6 shows IPv4 peers
    as ::ffff:192.0.2.1."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    return peer.removeprefix("::ffff:") if "." in peer else peer
