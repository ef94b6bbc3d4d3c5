"""Addresses that a client may name: where sign-in returns to, and whose pages may call from a browser."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from allauth.idp.oidc.models import Client

LOOPBACK = ("127.0.0.1", "::1")
"""Not `localhost`: a name can be made to point elsewhere (RFC 8252, section 8.3)."""
PLAIN = re.compile(r"[\x21-\x7e]+\Z")
OWN_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+\Z")
"""A phone app's scheme in reverse-domain form (RFC 8252, section 7.1), such as `jp.example.app`."""


def redirect_problem(uri: str) -> str:
    """The code of what is wrong with a redirect address; empty where nothing is.

    HTTPS, a loopback address, or an app's own scheme; without wildcard, fragment or sign-in data.
    """
    parts = _parts(uri)
    if parts is None or "*" in uri or "#" in uri or "\\" in uri or "@" in parts.netloc:
        return "redirect_uri_invalid"
    web = parts.scheme == "https" and bool(parts.hostname)
    return "" if web or _is_loopback(parts) or OWN_SCHEME.match(parts.scheme) else "redirect_uri_invalid"


def origin_problem(origin: str) -> str:
    """The code of what is wrong with an origin as browsers send it; empty where nothing is."""
    parts = _parts(origin)
    if parts is None or not parts.hostname or "*" in origin or "@" in parts.netloc:
        return "origin_invalid"
    exact = origin == f"{parts.scheme}://{parts.netloc}" and origin == origin.lower()
    default_port = {"https": 443, "http": 80}.get(parts.scheme) == parts.port
    local = parts.scheme == "http" and parts.hostname in (*LOOPBACK, "localhost")
    return "" if exact and not default_port and (parts.scheme == "https" or local) else "origin_invalid"


def redirect_is_registered(client: Client, uri: str) -> bool:
    """Whether sign-in may return to `uri`: one of the client's addresses, letter by letter.

    A loopback address may take any port, for a program on somebody's own machine gets a free one (RFC 8252, 7.3).
    """
    registered = client.get_redirect_uris()
    if uri in registered:
        return True
    parts = _parts(uri)
    if parts is None or not _is_loopback(parts):
        return False
    known = (urlsplit(each) for each in registered)
    return any(_is_loopback(each) and _portless(each) == _portless(parts) for each in known)


def _parts(text: str) -> SplitResult | None:
    """:return: None where the text is no address."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts if PLAIN.match(text) and parts.scheme else None


def _is_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _portless(parts: SplitResult) -> tuple[str | None, str, str, str]:
    return parts.hostname, parts.path, parts.query, parts.fragment
