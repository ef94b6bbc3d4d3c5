"""The shared pieces of the OpenAPI document: problems, headers, parameters, and its finishing touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.drainage import warn

from api import links, webhooks
from api.descriptions import PATH, QUERY, TAGS
from api.headers import GOING, HEADERS, PARAMETERS, RATE_LIMIT, header_refs
from api.pagination import DEFAULT_LIMIT, MAX_CURSOR_LENGTH, MAX_LIMIT
from api.problems import MEDIA_TYPE

SAFE_INTEGER = 2**53 - 1
"""The largest integer that JavaScript reads exactly; bounds what no serializer bounds."""
SUCCESSES = {200: "Done.", 201: "Created."}


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One status a caller can meet, as a shared response."""

    name: str
    description: str
    headers: tuple[str, ...] = ()


PROBLEMS: dict[int, ProblemKind] = {
    400: ProblemKind("BadRequest", "Anything wrong with the input; `errors` points at it."),
    401: ProblemKind("Unauthorized", "No sign-in, or a bad token.", ("WWW-Authenticate",)),
    403: ProblemKind("Forbidden", "The role, the token's scopes or CSRF do not allow it."),
    404: ProblemKind("NotFound", "Absent, or out of the caller's scope."),
    406: ProblemKind("NotAcceptable", "Accept names nothing that can be given; `detail` says what can."),
    409: ProblemKind("Conflict", "The state or a guard forbids it; for an action see `failed_guards`."),
    412: ProblemKind("PreconditionFailed", "Somebody changed it since; `ETag` is today's.", ("ETag",)),
    413: ProblemKind("PayloadTooLarge", "The body is larger than 1 MiB."),
    415: ProblemKind("UnsupportedMediaType", "The body is not application/json in UTF-8."),
    422: ProblemKind("IdempotencyKeyReused", "The Idempotency-Key was used for another request."),
    428: ProblemKind("PreconditionRequired", "If-Match is missing."),
    429: ProblemKind("TooManyRequests", "Too many requests.", ("Retry-After",)),
    503: ProblemKind(
        "ServiceUnavailable",
        "Busy, or the database went away; the same Idempotency-Key sent again tells what became of the call.",
        ("Retry-After",),
    ),
}


def header_parameters(view: Any, method: str) -> list[dict[str, str]]:
    """References to the request headers that an operation reads."""
    chosen = ["AcceptLanguage"]
    if not view.public or view.required_scopes:
        chosen.append("ActingAs")
    if method == "GET" and view.has_etag:
        chosen.append("IfNoneMatch")
    if view.requires_version:
        chosen.append("IfMatch")
    if method == "POST":
        chosen.append("IdempotencyKey")
    chosen.append("RequestId")
    return [{"$ref": f"#/components/parameters/{name}"} for name in chosen]


def query_parameters(view: Any, auto_schema: Any) -> list[dict[str, Any]]:
    """The filters of an operation, then its page, ordering and expand parameters."""
    filters = view.filterset_class.base_filters.items() if view.filterset_class else ()
    common = view.common_parameters()
    return [*(_filter_parameter(name, each) for name, each in filters), *_common_parameters(view, common)]


def _filter_parameter(name: str, each: Any) -> dict[str, Any]:
    schema = each.strict.json_schema()
    description = str(each.extra.get("help_text") or QUERY.get(name, ""))
    if not description:
        warn(f"the parameter {name} has no description")
    parameter: dict[str, Any] = {"in": "query", "name": name, "description": description}
    if each.extra.get("required"):
        parameter["required"] = True
    if each.plural:
        return {**parameter, "schema": {"type": "array", "items": schema}, "style": "form", "explode": True}
    return {**parameter, "schema": schema}


def _common_parameters(view: Any, common: tuple[str, ...]) -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    made: dict[str, dict[str, Any]] = {
        "cursor": {
            "description": "From `next` or `previous` of a page, as it is.",
            "schema": {"type": "string", "maxLength": MAX_CURSOR_LENGTH},
        },
        "limit": {"description": "Rows a page.", "schema": limit},
        "expand": {
            "description": "What to show in full under `expanded` beside the id that the row shows: as GET of it would "
            "show it to this caller, without contacts; null where that would be refused.",
            "schema": {
                "type": "array",
                "items": {"type": "string", "enum": list(view.expandable)},
                "minItems": 1,
            },
            "style": "form",
            "explode": False,
            "example": list(view.expandable),
        },
    }
    orderings = getattr(view, "orderings", ())
    if "ordering" in common:
        schema = {"type": "string", "enum": list(orderings), "default": orderings[0]}
        made["ordering"] = {"description": "Ties are broken by id.", "schema": schema}
    return [{"in": "query", "name": name, **made[name]} for name in common]


def problem_statuses(view: Any, method: str, path: str) -> list[int]:
    """Statuses besides success that an operation can answer."""
    writes = method != "GET"
    statuses = {400, 401, 406, 429, 503} | set(view.extra_statuses)
    if writes or not view.public:
        statuses.add(403)
    if "{" in path:
        statuses.add(404)
    if writes:
        statuses.add(409)
    if view.requires_version:
        statuses |= {412, 428}
    if method in {"POST", "PATCH"}:
        statuses |= {413, 415}
    if method == "POST":
        statuses.add(422)
    return sorted(statuses)


def success_headers(view: Any, method: str) -> dict[str, dict[str, str]]:
    """Response headers of a success."""
    names = {*_headers_of_all(view)}
    if view.has_etag:
        names.add("ETag")
    if view.success_status == 201:
        names.add("Location")
    if view.paged:
        names.add("Link")
    if method == "POST":
        names.add("Idempotency-Replayed")
    return header_refs(*names)


def not_modified(view: Any) -> dict[str, Any]:
    """The answer without a body, with the headers that the whole one would have."""
    return {"description": "The caller has it already.", "headers": header_refs("ETag", *_headers_of_all(view))}


def _headers_of_all(view: Any) -> tuple[str, ...]:
    """Response headers of an operation whatever it answers."""
    return ("X-Request-Id", "Content-Language", *RATE_LIMIT, *GOING, *(("Link",) if view.deprecation else ()))


def problem_schema() -> dict[str, Any]:
    """The Problem component."""
    text = {"type": "string"}
    entry = {"type": "object", "required": ["pointer", "code", "detail"]}
    missing = {
        "type": "array",
        "items": text,
        "description": "Codes of what is missing: fields, consents or terms. With guards that ask for something alone. "
        "Of a registration `email`, `headline` and the like stand for whatever serves as well, as `detail` says, and "
        "the labels in `professional-required-fields` and `organization-required-fields` of /codes.",
    }
    members = {"code": text, "detail": text, "missing": missing}
    guard = {"type": "object", "required": ["code", "detail"], "properties": members}
    return {
        "type": "object",
        "description": "RFC 9457 problem details. `code` is stable and never translated; `GET /api/v1/codes/problems` "
        "lists it, and the codes of `errors` and `failed_guards`, each with its text.",
        "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": text,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": text,
            "instance": {"type": "string", "format": "uri-reference"},
            "code": text,
            "request_id": text,
            "errors": {
                "type": "array",
                "items": {**entry, "properties": {"pointer": text, "code": text, "detail": text}},
            },
            "hats": {"type": "array", "items": text, "description": "With acting_as_required: values for Acting-As."},
            "state": {**text, "description": "With action_refused."},
            "action": {**text, "description": "With action_refused."},
            "allowed_actions": {"type": "array", "items": text, "description": "With action_refused."},
            "failed_guards": {"type": "array", "items": guard, "description": "With action_refused."},
        },
    }


def problem_response(kind: ProblemKind) -> dict[str, Any]:
    return {
        "description": kind.description,
        "headers": header_refs("X-Request-Id", "Content-Language", *RATE_LIMIT, *kind.headers),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def complete(document: dict[str, Any], *, with_webhooks: bool) -> dict[str, Any]:
    """Add webhooks and the shared components, sort what has no order of its own, and bound every integer."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = problem_schema()
    components["responses"] = {kind.name: problem_response(kind) for kind in PROBLEMS.values()}
    components["headers"] = HEADERS
    components["parameters"] = PARAMETERS
    if with_webhooks:
        components["parameters"] = {**PARAMETERS, **webhooks.parameters()}
        components["schemas"] |= webhooks.schemas()
        document["webhooks"] = webhooks.webhooks()
    links.connect(document)
    for section, members in components.items():
        components[section] = dict(sorted(members.items()))
    operations = [each for path in document["paths"].values() for each in path.values()]
    document["tags"] = [_tag(name) for name in sorted({tag for each in operations for tag in each["tags"]})]
    ids = [each["operationId"] for each in operations]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        warn(f"operationId {twice} is used twice")
    _bound_integers(document)
    return document


def _tag(name: str) -> dict[str, str]:
    if name not in TAGS:
        warn(f"the tag {name} has no description")
    return {"name": name, "description": TAGS.get(name, "")}


def path_parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter of an address with what it is."""
    if parameter["name"] not in PATH:
        warn(f"the parameter {parameter['name']} of an address has no description")
    return {**parameter, "description": PATH.get(parameter["name"], "")}


def _bound_integers(node: Any) -> None:
    if isinstance(node, dict):
        kind = node.get("type")
        if kind == "integer" or (isinstance(kind, list) and "integer" in kind):
            node.setdefault("minimum", -SAFE_INTEGER)
            node.setdefault("maximum", SAFE_INTEGER)
        for child in node.values():
            _bound_integers(child)
    elif isinstance(node, list):
        for child in node:
            _bound_integers(child)
