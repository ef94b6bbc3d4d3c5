"""The `links` of the OpenAPI document: from what was just made or read to everything that may be done with it.

Read off the addresses: `POST /needs` leads to each operation at `/needs/{id}` and `/needs/{id}/<action>` that wants the
version, with the id and the ETag of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

IF_MATCH = {"$ref": "#/components/parameters/IfMatch"}
BODY_KEYS = {"number": "number"}
"""A parameter of an address → the member of the item that it holds, where that is not `id`."""


def connect(document: dict[str, Any]) -> None:
    """Give every answer that shows one row its links, as shared components."""
    paths, shared = document["paths"], document["components"].setdefault("links", {})
    for path, methods in paths.items():
        for method, operation in methods.items():
            answer = operation["responses"].get("201" if method == "post" else "200", {})
            if method not in {"post", "get"} or "ETag" not in answer.get("headers", {}):
                continue
            links = {}
            for followed, found in _followed(paths, path, method):
                link = _link(followed, found, path)
                if shared.setdefault(found["operationId"], link) == link:
                    links[found["operationId"]] = {"$ref": f"#/components/links/{found['operationId']}"}
            if links:
                answer["links"] = links


def _followed(paths: dict[str, Any], path: str, method: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Operations on the row that `path` makes (POST) or shows (GET)."""
    for other, methods in paths.items():
        if not other.startswith(f"{path}/") and other != path:
            continue
        rest = other.removeprefix(path).strip("/").split("/") if other != path else []
        item = rest[1:] if method == "post" and rest and rest[0].startswith("{") else rest if method == "get" else None
        if item is None or len(item) > 1 or any(part.startswith("{") for part in item):
            continue
        for name, operation in methods.items():
            reads = name == "get" and not item and method == "post"
            if reads or IF_MATCH in operation.get("parameters", []):
                yield other, operation


def _link(path: str, operation: dict[str, Any], source: str) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    given = [part[1:-1] for part in source.split("/") if part.startswith("{")]
    if len(given) == len(names):  # from the row itself: its own id stands in the answer
        given = given[:-1]
    filled = {
        name: f"$request.path.{name}" if name in given else f"$response.body#/{BODY_KEYS.get(name, 'id')}"
        for name in names
    }
    if IF_MATCH in operation.get("parameters", []):
        filled["If-Match"] = "$response.header.ETag"
    return {"operationId": operation["operationId"], "parameters": filled, "description": operation["summary"] + "."}
