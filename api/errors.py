"""Every error on its way out: the one place that decides the HTTP status and the words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from api.catalogue import language, sentence
from api.problems import MEDIA_TYPE, field_problem, pointer_of, problem_body, problem_response, refusal_told
from api.wording import words
from matching.cluster import IndexUnavailable
from talentbank.core import errors as domain
from talentbank.core.errors import FieldError

BUSY_SQLSTATES = frozenset({"55P03", "40P01", "40001"})
"""PostgreSQL: lock not available, deadlock, serialization failure."""
DOMAIN_STATUS: tuple[tuple[type[domain.DomainError], int], ...] = (
    (domain.Conflict, 409),
    (domain.StaleVersion, 412),
    (domain.NotFound, 404),
    (domain.Forbidden, 403),
    (domain.DomainError, 400),
)


class InsufficientScope(exceptions.PermissionDenied):
    """The token lacks a scope that the operation asks for."""

    default_code = "insufficient_scope"

    def __init__(self, scopes: tuple[str, ...]) -> None:
        super().__init__(code=self.default_code)
        self.facts = {"scopes": ", ".join(scopes)}


class CsrfFailed(exceptions.PermissionDenied):
    default_code = "csrf_failed"

    def __init__(self) -> None:
        super().__init__(code=self.default_code)


class PayloadTooLarge(exceptions.APIException):
    status_code = 413
    default_code = "payload_too_large"


class PreconditionRequired(exceptions.APIException):
    status_code = 428
    default_code = "precondition_required"


class IdempotencyKeyReused(exceptions.APIException):
    status_code = 422
    default_code = "idempotency_key_reused"


class IdempotencyInFlight(exceptions.APIException):
    """The first call with this key is still running."""

    status_code = 409
    default_code = "idempotency_in_flight"
    wait = 1


class Busy(exceptions.APIException):
    status_code = 503
    default_code = "service_unavailable"
    wait = 1


class RankingUnavailable(exceptions.APIException):
    """A shard of the index does not answer; Ray starts it anew within half a minute."""

    status_code = 503
    default_code = "ranking_unavailable"
    wait = 5


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into a problem. None means: a fault of ours, for `server_error` to answer."""
    request = context["request"]
    if isinstance(error, domain.DomainError):
        return domain_problem(request, error)
    if isinstance(error, exceptions.ValidationError):
        problems = [field_problem_of(pointer, leaf) for pointer, leaf in leaves(error.detail)]
        return problem_response(request, 400, "invalid_input", errors=problems)
    if isinstance(error, Http404):
        return problem_response(request, 404, "not_found")
    if isinstance(error, PermissionDenied):
        return problem_response(request, 403, "permission_denied")
    if isinstance(error, RequestDataTooBig):
        return problem_response(request, 413, "payload_too_large")
    if isinstance(error, exceptions.APIException):
        return api_problem(request, error)
    if isinstance(error, OperationalError | InterfaceError) and (is_busy(error) or is_away(error)):
        return api_problem(request, Busy())
    if isinstance(error, IndexUnavailable):
        return api_problem(request, RankingUnavailable())
    if isinstance(error, IntegrityError) and is_duplicate(error):
        return problem_response(request, 409, "already_exists")
    return None


def domain_problem(request: HttpRequest, error: domain.DomainError) -> Response:
    """Turn a refusal of the domain into a problem."""
    status = next(status for kind, status in DOMAIN_STATUS if isinstance(error, kind))
    members: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if isinstance(error, domain.InvalidInput):
        members["errors"] = [field_problem(each) for each in error.errors]
    elif isinstance(error, domain.NotFound) and error.pointer:
        members["errors"] = [field_problem(FieldError(error.pointer, error.code))]
    elif isinstance(error, domain.ActingAsRequired):
        members["hats"] = [str(hat) for hat in error.facts.get("hats", ())]
    elif isinstance(error, domain.ActionRefused):
        guards = [refusal_told(each) for each in error.refusals]
        members |= {
            "state": error.state,
            "action": error.action,
            "allowed_actions": list(error.allowed_actions),
            "failed_guards": guards,
        }
        if guards:  # the first says more than that it cannot be done
            members["detail"] = guards[0]["detail"]
    elif isinstance(error, domain.StaleVersion) and (etag := getattr(error, "etag", "")):
        headers["ETag"] = etag
    return problem_response(request, status, error.code, facts=_facts(error.facts), headers=headers, **members)


def api_problem(request: HttpRequest, error: exceptions.APIException) -> Response:
    """Turn an exception of the framework into a problem."""
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    if isinstance(error, exceptions.ParseError):
        code = "bad_request"
    return problem_response(request, error.status_code, code, facts=_api_facts(error), headers=headers)


def _api_facts(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.NotAcceptable):
        return {"types": [renderer.media_type for renderer in error.available_renderers]}
    return _facts(getattr(error, "facts", {}))


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if name != "code"}


def leaves(detail: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    """Walk the tree of a ValidationError: each leaf with the JSON pointer of the value that is wrong."""
    if isinstance(detail, dict):
        for key, child in detail.items():
            own = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from leaves(child, path if own else (*path, key))
    elif isinstance(detail, list):
        for position, child in enumerate(detail):
            if isinstance(child, exceptions.ErrorDetail):
                yield pointer_of(*path), child
            else:
                yield from leaves(child, (*path, position))
    else:
        yield pointer_of(*path), detail


def field_problem_of(pointer: str, leaf: exceptions.ErrorDetail) -> dict[str, str]:
    """Return one wrong field. A sentence with facts in it was made where the facts were known."""
    code = leaf.code or "invalid"
    plain = code in words() and "{" not in words()[code]["en"]
    return {"pointer": pointer, "code": code, "detail": sentence(code) if plain else str(leaf)}


def is_busy(error: OperationalError | InterfaceError) -> bool:
    """Tell whether the database gave up waiting for a lock, so that a repeat may succeed."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in BUSY_SQLSTATES or "is locked" in str(error)


def is_away(error: OperationalError | InterfaceError) -> bool:
    """Tell whether the connection to the database is lost or cannot be made, so that a repeat may succeed.

    Classes 08 and 57P of PostgreSQL; a connection that broke carries no state. SQLite's errors have none to carry.
    """
    state = getattr(error.__cause__, "sqlstate", "")
    return state is None or str(state).startswith(("08", "57P"))


def is_duplicate(error: IntegrityError) -> bool:
    """Tell whether a unique constraint refused the row (a race that the domain's own check could not see)."""
    return getattr(error.__cause__, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(error)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    if isinstance(exception, RequestDataTooBig):
        return _page_or_problem(request, 413, "payload_too_large")
    return _page_or_problem(request, 400, "bad_request")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return _page_or_problem(request, 403, "permission_denied")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return _page_or_problem(request, 404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. Django has logged the traceback; the answer tells nothing but the request id."""
    return _page_or_problem(request, 500, "server_error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    return _page_or_problem(request, 403, "csrf_failed")


PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{status}</title></head>
<body><main><h1>{detail}</h1><p><a href="/">{home}</a></p><p>{request_id}</p></main></body></html>
"""


def _page_or_problem(request: HttpRequest, status: int, code: str) -> HttpResponse:
    if request.path.startswith("/api/") or request.path == "/api":
        body = problem_body(request, status, code)
        return JsonResponse(body, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False})
    spoken = language()
    page = PAGE.format(
        language=spoken,
        status=status,
        detail=sentence(code),
        home="Back to the first page" if spoken == "en" else "トップページへ戻る",
        request_id=getattr(request, "request_id", ""),
    )
    return HttpResponse(page, status=status)


__all__ = [
    "Busy",
    "CsrfFailed",
    "FieldError",
    "IdempotencyInFlight",
    "IdempotencyKeyReused",
    "InsufficientScope",
    "PayloadTooLarge",
    "PreconditionRequired",
    "RankingUnavailable",
    "bad_request",
    "csrf_failure",
    "exception_handler",
    "not_found",
    "permission_denied",
    "server_error",
]
