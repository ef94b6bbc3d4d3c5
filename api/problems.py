"""Problem details (RFC 9457): how a refusal looks on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from itertools import chain
from typing import Any

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from rest_framework.response import Response

from api.catalogue import sentence
from talentbank.core.errors import FieldError, Refusal

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:talentbank:problem:"


def problem_body(
    request: HttpRequest,
    status: int,
    code: str,
    *,
    facts: dict[str, Any] | None = None,
    errors: Iterable[dict[str, str]] = (),
    **members: Any,
) -> dict[str, Any]:
    """Return the members of a problem; `members` are the extensions of a single code."""
    return {
        "type": TYPE_PREFIX + code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence(code, **(facts or {})),
        "instance": escape_uri_path(request.path),
        "code": code,
        "request_id": getattr(request, "request_id", ""),
        "errors": list(errors),
        **members,
    }


def problem_response(
    request: HttpRequest, status: int, code: str, *, headers: dict[str, str] | None = None, **members: Any
) -> Response:
    """Return a problem as an answer of a view."""
    body = problem_body(request, status, code, **members)
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def field_problem(error: FieldError) -> dict[str, str]:
    """Return one wrong field as it stands in `errors`."""
    facts = {name: fact for name, fact in error.facts.items() if name != "code"}
    return {"pointer": error.pointer, "code": error.code, "detail": sentence(error.code, **facts)}


def refusal_told(refusal: Refusal) -> dict[str, Any]:
    """A guard that refused; with codes of what is missing, so that a form can show its sentence beside the field."""
    facts = {name: fact for name, fact in refusal.facts.items() if name != "code"}
    told: dict[str, Any] = {"code": refusal.code, "detail": sentence(refusal.code, **facts)}
    missing = refusal.facts.get("missing", ())
    if isinstance(missing, dict):  # by side
        missing = dict.fromkeys(chain.from_iterable(missing.values()))
    return {**told, "missing": [str(code) for code in missing]} if missing else told


def pointer_of(*keys: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a path of keys."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)
