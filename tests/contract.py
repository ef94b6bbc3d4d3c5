"""The contract's guard: a test client that checks every answer against the OpenAPI document, errors too.

Stricter than a reader of the document has to be: a member of an answer that the document does not name is an error.
With CONTRACT_RECORD=1 the first success of an operation without an example becomes `api/examples/<operationId>.json`.
"""

from __future__ import annotations

import copy
import json
import os
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from rest_framework.test import APIClient

from api.problems import MEDIA_TYPE
from api.schema import EXAMPLES_DIR, generate

ROOT = "urn:contract"
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: Any) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value: Any) -> bool:
    return not isinstance(value, str) or str(UUID(value)) == value.lower()


class ContractBroken(AssertionError):
    """An answer that the document does not promise."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document and where it stands in it."""

    pointer: str
    definition: dict[str, Any]


@dataclass
class Contract:
    """An OpenAPI document with its validators, each compiled once."""

    document: dict[str, Any]
    validators: dict[str, Draft202012Validator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        closed = copy.deepcopy(self.document)
        for schema in closed["components"]["schemas"].values():
            if schema.get("type") == "object" and schema.get("properties"):
                schema.setdefault("additionalProperties", False)
        resource = Resource(contents=closed, specification=DRAFT202012)
        self.registry = Registry().with_resource(ROOT, resource)
        paths = sorted(self.document["paths"], key=lambda each: (each.count("{"), each))
        self.paths = [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(each)) + r"\Z"), each) for each in paths]

    def operations(self, path: str) -> tuple[str, dict[str, Any]] | None:
        """The document's path that an address belongs to, with its operations."""
        for pattern, template in self.paths:
            if pattern.match(path):
                return template, self.document["paths"][template]
        return None

    def resolved(self, pointer: str, node: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Follow a reference to a shared component."""
        if "$ref" not in node:
            return pointer, node
        target: Any = self.document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        return node["$ref"], target

    def validate(self, pointer: str, value: Any, where: str) -> None:
        """:raises ContractBroken: `value` is not what the schema at `pointer` says."""
        if pointer not in self.validators:
            self.validators[pointer] = Draft202012Validator(
                {"$ref": ROOT + pointer}, registry=self.registry, format_checker=FORMATS
            )
        errors = sorted(self.validators[pointer].iter_errors(value), key=lambda each: list(map(str, each.path)))
        if errors:
            told = "\n".join(f"  /{'/'.join(map(str, each.path))}: {each.message[:300]}" for each in errors[:5])
            raise ContractBroken(f"{where} breaks openapi.yaml\n{told}")


@cache
def contract() -> Contract:
    """The contract of the code as it is; another test holds the committed file against it."""
    return Contract(generate())


def escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


class ContractClient(APIClient):
    """An API client whose every answer must be one that the document promises."""

    default_format = "json"

    def __init__(self, *args: Any, document: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.contract = Contract(document) if document else None
        self.sent: Any = None

    def generic(self, method: str, path: str, data: Any = "", content_type: str | None = "", **extra: Any) -> Any:
        self.sent = data if (content_type or "").startswith("application/json") else None
        return super().generic(method, path, data, content_type or "application/octet-stream", **extra)

    def force_login(self, user: Any, backend: str | None = None) -> None:
        """Signed in by one row: Django's own way asks the database fifteen times, and thousands of tests sign in."""
        held = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: backend or settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        session = Session(
            session_key=get_random_string(32),
            session_data=SessionStore().encode(held),
            expire_date=timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE),
        )
        session.save(force_insert=True)
        self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    def request(self, **environment: Any) -> Any:
        sent, self.sent = self.sent, None
        response = super().request(**environment)
        operation_id = check(self.contract or contract(), response, sent)
        if operation_id and self.contract is None and os.environ.get("CONTRACT_RECORD"):
            record(operation_id, sent, response)
        return response


def check(held: Contract, response: Any, sent: Any = None) -> str:
    """Return the operationId of a success, "" otherwise.

    :raises ContractBroken: the answer is not one that the document promises.
    """
    method, path = response.request["REQUEST_METHOD"], response.request["PATH_INFO"]
    found = held.operations(path)
    where = f"{method} {path} → {response.status_code}"
    if found is None:
        if path.startswith("/api/"):
            check_problem(held, response, {404}, where)
        return ""
    template, operations = found
    name = {"HEAD": "get"}.get(method, method.lower())
    if name not in operations:
        check_problem(held, response, {405}, where)
        return ""
    operation = Operation(f"#/paths/{escaped(template)}/{name}", operations[name])
    operation_id = operation.definition["operationId"]
    check_answer(held, response, operation, f"{where} ({operation_id})", head=method == "HEAD")
    if response.status_code >= 300 or method == "HEAD":
        return ""
    if sent and "requestBody" in operation.definition:
        pointer = f"{operation.pointer}/requestBody/content/application~1json/schema"
        held.validate(pointer, json.loads(sent), f"the accepted body of {where}")
    return operation_id


def check_problem(held: Contract, response: Any, statuses: set[int], where: str) -> None:
    if response.status_code not in statuses or media_type(response) != MEDIA_TYPE:
        raise ContractBroken(f"{where}: expected a problem with {sorted(statuses)}")
    held.validate("#/components/schemas/Problem", response.json(), where)


def check_answer(held: Contract, response: Any, operation: Operation, where: str, *, head: bool) -> None:
    status = str(response.status_code)
    documented = operation.definition["responses"]
    if status not in documented:
        raise ContractBroken(f"{where}: status is not documented\n{response.content[:500]!r}")
    pointer, answer = held.resolved(f"{operation.pointer}/responses/{status}", documented[status])
    check_headers(held, response, answer, where)
    if head:
        return
    content = answer.get("content", {})
    if not content:
        if response.content:
            raise ContractBroken(f"{where}: a body where none is documented")
        return
    kind = media_type(response)
    if kind not in content:
        raise ContractBroken(f"{where}: {kind or 'no content type'} is not documented")
    if kind.endswith("json"):
        held.validate(f"{pointer}/content/{escaped(kind)}/schema", response.json(), where)


def check_headers(held: Contract, response: Any, answer: dict[str, Any], where: str) -> None:
    promised = answer.get("headers", {})
    for name in held.document["components"].get("headers", {}) if response.status_code < 400 else ():
        if name in response.headers and name not in promised:
            raise ContractBroken(f"{where}: header {name} is not documented")
    for name, reference in answer.get("headers", {}).items():
        pointer, header = held.resolved("", reference)
        value: Any = response.headers.get(name)
        if value is None:
            if header.get("required"):
                raise ContractBroken(f"{where}: header {name} is missing")
            continue
        if header["schema"].get("type") == "integer" and value.isdecimal():
            value = int(value)
        held.validate(f"{pointer}/schema", value, f"{where}, header {name}")


def media_type(response: Any) -> str:
    return response.headers.get("Content-Type", "").split(";")[0].strip()


def record(operation_id: str, sent: Any, response: Any) -> None:
    """Keep a call as the operation's example, where one is missing."""
    path = EXAMPLES_DIR / f"{operation_id}.json"
    if path.exists():
        return
    call: dict[str, Any] = {"request": json.loads(sent)} if sent else {}
    if media_type(response) == "application/json":
        call["response"] = response.json()
    EXAMPLES_DIR.mkdir(exist_ok=True)
    path.write_text(json.dumps(call, ensure_ascii=False, indent=2) + "\n", "utf-8")
