"""Where a request comes from, behind however many proxies of our own."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """Return the client's address, or an empty text when there is none (a Unix socket without proxies).

    Settings: TRUSTED_PROXY_COUNT, how many proxies of ours append to X-Forwarded-For; whatever stands left of their
    entries was written by the client and is not believed. 0: the header is ignored.
    """
    address = request.META.get("REMOTE_ADDR", "")
    trusted = getattr(settings, "TRUSTED_PROXY_COUNT", 0)
    if trusted:
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(forwarded) >= trusted:
            address = forwarded[-trusted]
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def client_network(request: HttpRequest) -> str:
    """Return what rate limits count by: the IPv4 address, or the /64 network that one IPv6 subscriber has."""
    text = client_ip(request)
    if not text:
        return ""
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return text
