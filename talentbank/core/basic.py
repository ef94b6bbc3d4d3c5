"""The pair in an HTTP Basic header (RFC 7617)."""

from __future__ import annotations

import base64
from urllib.parse import unquote


def basic_pair(header: str) -> tuple[str, str]:
    """Name and secret; both empty where the header is none. Names and secrets of OAuth arrive percent-encoded."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote(name), unquote(secret)


def basic_name(header: str) -> str:
    """The name of the pair; empty where the header is none."""
    return basic_pair(header)[0]
