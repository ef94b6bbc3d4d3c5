"""The `webhooks` of the OpenAPI document: what this service sends, read off the catalogue of types.

Written here and not by drf-spectacular, which drops headers and security and takes an example for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from talentbank.matches.states import State
from talentbank.needs.models import NeedState
from talentbank.notifications.models import EndpointState
from talentbank.notifications.webhooks.catalogue import LABELS, PATHS, kind_of
from talentbank.registrations.models import RegistrationState

TAG = "webhooks"
STATES: dict[str, Iterable[str]] = {
    "professional": RegistrationState.values,
    "organization": RegistrationState.values,
    "need": NeedState.values,
    "match": [state.value for state in State],
    "webhook_endpoint": EndpointState.values,
}
EXAMPLE_STATES = {"need": "open", "match": "introduced", "webhook_endpoint": "enabled"}
EXAMPLE_ID = "0198c0de-5f1e-7c3a-9b0a-2f6d1c9e4b7a"
HEADERS = {
    "WebhookId": (
        "webhook-id",
        "Names the message; the same whenever it is sent again. Keep it to act once.",
        {"type": "string", "pattern": "^msg_[0-9a-f]{32}$"},
        f"msg_{EXAMPLE_ID.replace('-', '')}",
    ),
    "WebhookTimestamp": (
        "webhook-timestamp",
        "Seconds since 1970 of this try. Refuse what is older than five minutes.",
        {"type": "string", "pattern": "^[0-9]{1,15}$"},
        "1793610000",
    ),
    "WebhookSignature": (
        "webhook-signature",
        "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; two, parted by a space, while a secret is rotated.",
        {"type": "string", "pattern": r"^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)?$"},
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
}


def parameters() -> dict[str, dict[str, Any]]:
    """The three headers of Standard Webhooks, as shared components."""
    return {
        name: {
            "name": header,
            "in": "header",
            "required": True,
            "description": description,
            "schema": schema,
            "example": example,
        }
        for name, (header, description, schema, example) in HEADERS.items()
    }


def component_of(kind: str) -> str:
    """Name of the payload of one kind of record."""
    return "".join(part.title() for part in kind.split("_")) + "Webhook"


def schemas() -> dict[str, dict[str, Any]]:
    """The payloads: one per kind of record, all of the same six members."""
    return {component_of(kind): _schema(kind) for kind in PATHS}


def _schema(kind: str) -> dict[str, Any]:
    members = {
        "type": {"type": "string", "enum": [type for type in LABELS if kind_of(type) == kind]},
        "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": list(STATES[kind]), "description": "The state that the step led to."},
        "version": {
            "type": "integer",
            "minimum": 1,
            "maximum": 2**31 - 1,
            "description": "The record's version after the step: the number in its ETag.",
        },
        "url": {"type": "string", "format": "uri", "description": "Where the record is read; rights hold there too."},
    }
    return {
        "type": "object",
        "description": "What happened to which record; what the record says is read at `url`.",
        "required": list(members),
        "properties": members,
    }


def webhooks() -> dict[str, dict[str, Any]]:
    """Every type with its headers, payload, example and the answers that count."""
    return {type: {"post": _operation(type)} for type in LABELS}


def _operation(type: str) -> dict[str, Any]:
    name = "webhook_" + type.replace(".", "_")
    kind = kind_of(type)
    content = {
        "schema": {"$ref": f"#/components/schemas/{component_of(kind)}"},
        "examples": {name: {"value": example(type)}},
    }
    return {
        "operationId": name,
        "summary": LABELS[type].en,
        "description": f"{LABELS[type].ja} (`{type}`).",
        "tags": [TAG],
        "security": [],
        "parameters": [{"$ref": f"#/components/parameters/{each}"} for each in HEADERS],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "2XX": {"description": "Taken. Anything else, and silence for ten seconds, is tried again for three days."},
            "410": {"description": "Nothing more is wanted: the endpoint is switched off."},
        },
    }


def example(type: str) -> dict[str, Any]:
    """A payload as it is sent."""
    kind = kind_of(type)
    return {
        "type": type,
        "timestamp": "2026-11-02T10:00:00+09:00",
        "id": EXAMPLE_ID,
        "state": EXAMPLE_STATES.get(kind, "approved"),
        "version": 3,
        "url": f"https://bank.example.jp{PATHS[kind]}{EXAMPLE_ID}",
    }
