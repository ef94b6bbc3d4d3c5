"""The name in an HTTP Basic header (RFC 7617)."""

from __future__ import annotations

import base64
from urllib.parse import unquote


def basic_name(header: str) -> str:
    """The name of the pair; empty where the header is none. Names and secrets of OAuth arrive percent-encoded."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return unquote(base64.b64decode(value, validate=True).decode().partition(":")[0])
    except ValueError:
        return ""
