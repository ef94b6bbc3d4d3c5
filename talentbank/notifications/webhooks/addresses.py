"""Where a webhook may go: an https URL whose host resolves to public addresses only, and to none but those.

A name is resolved once, every address of the answer is checked, and the connection goes to a checked address: what the
name resolves to a moment later does not matter (DNS rebinding). Sources: IANA's special-purpose registries of IPv4 and
IPv6 addresses; OWASP, Server-Side Request Forgery Prevention.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
URL_LENGTH = 500
LABELS = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
OF_THE_HOUSE = ("localhost", "local", "internal", "localdomain", "lan", "home.arpa", "onion", "test", "invalid")
"""Endings that never name a host of the internet."""
REFUSED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # the metadata of one large cloud, though its range is public
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",  # IPv4 in disguise: mapped, translated (NAT64), 6to4, Teredo
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "100::/64",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
"""Stated in full: `is_global` differs between the versions of Python."""


class UrlRefused(ValueError):
    """A URL that no webhook goes to; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: `host` as it is resolved and certified, `authority` for the Host header, `path` with query."""

    secure: bool
    host: str
    port: int
    authority: str
    path: str


def target_of(url: str, *, loopback: bool) -> Target:
    """Take a URL apart. `loopback`: `http` and this machine's own addresses are allowed as well.

    :raises UrlRefused: no https URL with a host of the internet, or one with a password or a fragment.
    """
    if len(url) > URL_LENGTH or "\\" in url or any(not each.isprintable() or each.isspace() for each in url):
        raise UrlRefused("webhook_url_malformed")
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise UrlRefused("webhook_url_malformed") from None
    if parts.scheme not in ({"https", "http"} if loopback else {"https"}):
        raise UrlRefused("webhook_url_not_https")
    if parts.auth is not None or parts.fragment is not None:
        raise UrlRefused("webhook_url_malformed")
    host = (parts.host or "").lower().removesuffix(".")
    _require_host(host, loopback)
    secure = parts.scheme == "https"
    port = parts.port if parts.port is not None else (443 if secure else 80)
    if not 0 < port < 65536:
        raise UrlRefused("webhook_url_malformed")
    authority = host if parts.port is None else f"{host}:{port}"
    return Target(secure, host.strip("[]"), port, authority, parts.request_uri)


def require_registrable(url: str, *, loopback: bool) -> None:
    """Before an endpoint is kept: what `target_of` allows, and `http` to this machine by its own name alone.

    :raises UrlRefused: as `target_of` does, or plain `http` to a host that may lie elsewhere.
    """
    target = target_of(url, loopback=loopback)
    address = _literal(target.host)
    if not target.secure and target.host != "localhost" and not (address and address.is_loopback):
        raise UrlRefused("webhook_url_not_https")


def _require_host(host: str, loopback: bool) -> None:
    """:raises UrlRefused: neither a name of the internet nor a public address in its one usual spelling."""
    if address := _literal(host):
        if not is_allowed(address, loopback=loopback):
            raise UrlRefused("webhook_address_refused")
        return
    # an address spelled as one integer, in octal or in hexadecimal ends in a number: no name does (WHATWG URL, 4.4)
    if not LABELS.fullmatch(host) or NUMBER.fullmatch(host.rpartition(".")[2]) or len(host) > 253:
        raise UrlRefused("webhook_url_malformed")
    if loopback and host == "localhost":
        return
    if "." not in host or host.endswith(tuple(f".{each}" for each in OF_THE_HOUSE)):
        raise UrlRefused("webhook_address_refused")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def is_allowed(address: Address, *, loopback: bool) -> bool:
    """Tell whether a webhook may be sent to an address."""
    if loopback and address.is_loopback:
        return True
    refused = any(address.version == network.version and address in network for network in REFUSED)
    return address.is_global and not refused and not getattr(address, "scope_id", None)


def resolved(target: Target, *, loopback: bool) -> list[str]:
    """Resolve a host once and return its addresses in the resolver's order.

    :raises UrlRefused: one of them may not be sent to, or the name has none; or plain `http` would leave this machine.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UrlRefused("unresolved") from None
    addresses = [ipaddress.ip_address(each) for each in dict.fromkeys(str(place[0]) for *_, place in found)]
    if not addresses or not all(is_allowed(each, loopback=loopback) for each in addresses):
        raise UrlRefused("webhook_address_refused")
    if not target.secure and not all(each.is_loopback for each in addresses):
        raise UrlRefused("webhook_url_not_https")
    return [str(each) for each in addresses]
