"""The headers of calls and of answers, as shared components of the specification."""

from __future__ import annotations

from typing import Any

RATE_LIMIT = ("RateLimit", "RateLimit-Policy")
GOING = ("Deprecation", "Sunset")
"""Any operation may get them one day, so that a program can watch for them from the first."""


def _text(description: str, *, required: bool, example: str, **schema: Any) -> dict[str, Any]:
    return {
        "description": description,
        "required": required,
        "schema": {"type": "string", **schema},
        "example": example,
    }


HEADERS: dict[str, dict[str, Any]] = {
    "Content-Language": _text("Language of the words.", required=True, example="ja", enum=["ja", "en"]),
    "Deprecation": _text(
        "Only where this operation will go: since when nobody should begin to use it (RFC 9745).",
        required=False,
        example="@1782831600",
    ),
    "ETag": _text("Version and digest of this representation.", required=True, example='"3.9f86d081884c7d65"'),
    "Idempotency-Replayed": _text("`true` on a replay.", required=False, example="true", enum=["true"]),
    "Link": _text(
        "Neighbouring pages, and what to use instead of a deprecated operation (RFC 8288).",
        required=False,
        example='<https://…?cursor=…>; rel="next"',
    ),
    "Location": _text("Address of the new row.", required=True, example="/api/v1/needs/0198c0de-…"),
    "RateLimit": _text(
        "What is left of each limit: `r` calls, `t` seconds until it begins anew. Exact for writes; for reads of the "
        "worker that answers.",
        required=False,
        example='"writes";r=239;t=60',
    ),
    "RateLimit-Policy": _text(
        "Limits that concern this call: `q` calls in `w` seconds.", required=False, example='"writes";q=240;w=60'
    ),
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0, "maximum": 86400},
        "example": 1,
    },
    "Sunset": _text(
        "With `Deprecation`: from when on this operation may be gone (RFC 8594).",
        required=False,
        example="Thu, 31 Dec 2026 15:00:00 GMT",
    ),
    "WWW-Authenticate": _text("The challenge.", required=True, example='Bearer realm="api"'),
    "X-Request-Id": _text("Names this call in problems, logs and events.", required=True, example="0198c0de"),
}
ACTING_AS = r"^[a-z_]+:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
PARAMETERS: dict[str, dict[str, Any]] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "`ja` (default) or `en`: the language of `detail` and labels, never of codes.",
        "schema": {"type": "string"},
    },
    "ActingAs": {
        "name": "Acting-As",
        "in": "header",
        "description": "The hat to wear, `<role>:<id>`, where several fit.",
        "schema": {"type": "string", "pattern": ACTING_AS},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes a repeat within 24 hours answer the same and act once, also after 503 or a lost "
        "connection. While the first call runs, a repeat waits, or is 409 with Retry-After.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The `ETag` or `etag` last seen; its version part is compared.",
        "schema": {"type": "string", "pattern": r'^"[1-9][0-9]{0,9}\.[0-9a-f]{16}"$'},
        "example": '"3.9f86d081884c7d65"',
    },
    "RequestId": {
        "name": "X-Request-Id",
        "in": "header",
        "description": "Your own name for this call, kept in problems, logs and events and sent back: up to 64 "
        "letters, digits, `.`, `_` and `-`. One is made where it is absent or anything else.",
        "schema": {"type": "string"},
        "example": "0198c0de",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "ETags already held; 304 where one is this very representation.",
        "schema": {"type": "string"},
    },
}


def header_refs(*names: str) -> dict[str, dict[str, str]]:
    """References to some of `HEADERS`, in their order."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(names)}
