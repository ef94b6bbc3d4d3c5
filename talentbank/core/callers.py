"""From which address a call comes, where proxies stand in between."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
SUBSCRIBER = 64
"""Bits of an IPv6 address that a provider gives to one subscriber."""


def client_address(request: HttpRequest) -> str:
    """The address that the call came from, "" where none is known.

    `X-Forwarded-For` counts as far as TRUSTED_PROXIES wrote it: from its end, the first address that is no trusted
    proxy. What stands before it, and the whole header of an untrusted peer, is the caller's own invention.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    if peer is None:
        return ""
    seen = peer
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_trusted(seen) or (further := _address(hop)) is None:
            break
        seen = further
    return str(seen)


def address_key(request: HttpRequest) -> str:
    """Whom an address stands for: all of a subscriber's IPv6 network are one."""
    text = client_address(request)
    address = _address(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, SUBSCRIBER), strict=False))
    return text


def _address(text: str) -> Address | None:
    """:return: None where the text is no address. An IPv4 address in IPv6's clothes counts as what it is."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=8)
def _networks(names: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(name, strict=False) for name in names)
