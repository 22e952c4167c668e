"""The address a request came from: the one answer that allow list, rate limits and activity log use."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from ipware import get_client_ip


def client_ip(request: HttpRequest) -> str | None:
    """The client's IP address, or None when it cannot be told; callers refuse what has none.

    Headers are believed only when the peer is one of TRUSTED_PROXIES (or a unix socket, which only the local proxy can
    reach, if proxies are configured); then it is X-Real-IP, which the proxy overwrites. X-Forwarded-For is never read:
    clients can write into it. An IPv4 address in IPv6 clothes (::ffff:192.0.2.1) is returned as IPv4.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    header = "HTTP_X_REAL_IP" if settings.TRUSTED_PROXIES and peer in ["", *settings.TRUSTED_PROXIES] else "REMOTE_ADDR"
    found, _ = get_client_ip(request, request_header_order=[header], proxy_count=0)
    if not found:
        return None
    address = ip_address(found)
    return str(getattr(address, "ipv4_mapped", None) or address)
