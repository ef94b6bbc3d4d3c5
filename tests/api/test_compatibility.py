"""The guard over v1: each kind of break is refused, each kind of addition passes, and the released copy still holds."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from api.compatibility import breaks
from api.documents import RELEASED_FILE, released_path
from tests.contract import contract

Document = dict[str, Any]
Change = Callable[[Document], Any]

SENT: Document = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 20, "minLength": 2},
        "size": {"type": ["integer", "null"], "minimum": 0, "maximum": 9},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "day": {"type": "string", "format": "date"},
        "tags": {"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/Tag"}},
    },
}
GOT: Document = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "size": {"type": "integer", "minimum": 0, "maximum": 9},
        "tag": {"oneOf": [{"$ref": "#/components/schemas/Tag"}, {"type": "null"}]},
        "words": {"type": "object", "additionalProperties": {"type": "string"}},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
    },
}
THING = "/paths/~1things/post"
BODY = f"{THING}/requestBody/content/application~1json"
ANSWER = f"{THING}/responses/201"
DOCUMENT: Document = {
    "paths": {
        "/things": {
            "get": {
                "operationId": "things_list",
                "parameters": [
                    {"in": "query", "name": "kind", "schema": {"type": "string", "maxLength": 9}, "explode": True},
                    {"$ref": "#/components/parameters/Hat"},
                    {"in": "query", "name": "bank", "schema": {"type": "string", "format": "uuid"}},
                ],
                "security": [{"oauth2": ["needs:read"]}, {"session": []}],
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "array"}}}}},
            },
            "post": {
                "operationId": "things_create",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}},
                "responses": {
                    "201": {
                        "headers": {"ETag": {}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                    "409": {"$ref": "#/components/responses/Conflict"},
                },
            },
        },
        "/parts": {"get": {"operationId": "parts_list", "responses": {}}},
    },
    "webhooks": {
        "thing.made": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
            }
        }
    },
    "components": {
        "schemas": {"New": SENT, "Thing": GOT, "Tag": {"type": "string", "maxLength": 5}},
        "parameters": {"Hat": {"in": "header", "name": "Acting-As", "schema": {"type": "string"}}},
        "responses": {"Conflict": {"content": {"application/problem+json": {"schema": {"type": "object"}}}}},
    },
}
NEW, MADE = "/components/schemas/New", "/components/schemas/Thing"


def at(document: Any, pointer: str) -> Any:
    for key in pointer.split("/")[1:]:
        key = key.replace("~1", "/")
        document = document[int(key) if isinstance(document, list) else key]
    return document


def place(document: Any, pointer: str) -> tuple[Any, Any]:
    parent, _, key = pointer.rpartition("/")
    owner = at(document, parent)
    return owner, int(key) if isinstance(owner, list) else key.replace("~1", "/")


def put(pointer: str, value: Any) -> Change:
    def change(document: Document) -> None:
        owner, key = place(document, pointer)
        owner[key] = value

    return change


def drop(pointer: str) -> Change:
    def change(document: Document) -> None:
        owner, key = place(document, pointer)
        del owner[key]

    return change


BREAKS: dict[str, tuple[Change, str]] = {
    "a path": (drop("/paths/~1parts"), "/parts: the path is gone"),
    "an operation": (drop(THING), "POST /things: the operation is gone"),
    "a name in clients": (put(f"{THING}/operationId", "things_make"), "operationId things_create became things_make"),
    "a status": (drop(f"{THING}/responses/409"), "status 409 is gone"),
    "a header": (drop(f"{ANSWER}/headers/ETag"), "header ETag is gone"),
    "a media type": (put(f"{ANSWER}/content", {"text/html": {}}), "application/json is gone"),
    "a shared response's media type": (
        put("/components/responses/Conflict", {"content": {"application/json": {}}}),
        "409: application/problem+json is gone",
    ),
    "a body": (drop(f"{THING}/requestBody"), "the body is gone"),
    "a body's media type": (put(f"{THING}/requestBody/content", {"text/csv": {}}), "body: application/json is gone"),
    "a body that is required": (put(f"{THING}/requestBody/required", True), "a body became required"),
    "a parameter": (drop("/paths/~1things/get/parameters/0"), "query kind: the parameter is gone"),
    "a new required parameter": (
        put(
            "/paths/~1things/get/parameters",
            [
                *DOCUMENT["paths"]["/things"]["get"]["parameters"],
                {"in": "query", "name": "who", "required": True, "schema": {}},
            ],
        ),
        "query who: a new parameter is required",
    ),
    "a shared parameter that is required": (
        put("/components/parameters/Hat/required", True),
        "header Acting-As: it became required",
    ),
    "a narrower parameter": (put("/paths/~1things/get/parameters/0/schema/maxLength", 5), "maxLength 9 became 5"),
    "a parameter read otherwise": (put("/paths/~1things/get/parameters/0/explode", False), "explode changed"),
    "a scope": (put("/paths/~1things/get/security/0/oauth2", ["needs:read", "x"]), "is no longer enough"),
    "a way in": (drop("/paths/~1things/get/security/1"), "security {'session': []} is no longer enough"),
    "a key that is sent": (drop(f"{NEW}/properties/kind"), "body/kind: it is gone"),
    "a new required key": (put(f"{NEW}/required", ["name", "kind"]), "body/kind: it became required"),
    "a type that is sent": (put(f"{NEW}/properties/size/type", "integer"), "body/size: no longer takes null"),
    "a number for a text": (put(f"{NEW}/properties/day/type", "integer"), "body/day: no longer takes string"),
    "a value that is sent": (put(f"{NEW}/properties/kind/enum", ["a"]), "body/kind: 'b' is gone"),
    "values where any text was": (put(f"{NEW}/properties/name/enum", ["x"]), "body/name: takes only ['x'] now"),
    "a lower maximum": (put(f"{NEW}/properties/size/maximum", 8), "body/size: maximum 9 became 8"),
    "a higher minimum": (put(f"{NEW}/properties/size/minimum", 1), "body/size: minimum 0 became 1"),
    "a shorter text": (put(f"{NEW}/properties/name/maxLength", 19), "body/name: maxLength 20 became 19"),
    "a longer text at least": (put(f"{NEW}/properties/name/minLength", 3), "body/name: minLength 2 became 3"),
    "a new bound": (put(f"{NEW}/properties/day/maxLength", 10), "body/day: maxLength None became 10"),
    "a pattern": (put(f"{NEW}/properties/name/pattern", "^a"), "body/name: pattern None became '^a'"),
    "another format": (put(f"{NEW}/properties/day/format", "date-time"), "format 'date' became 'date-time'"),
    "an id that became a short text": (
        put("/paths/~1things/get/parameters/2/schema", {"type": "string", "maxLength": 35}),
        "maxLength None became 35",
    ),
    "an id that became a text of digits": (
        put("/paths/~1things/get/parameters/2/schema", {"type": "string", "pattern": "^[0-9-]+$"}),
        "query bank: pattern None became",
    ),
    "fewer items": (put(f"{NEW}/properties/tags/maxItems", 2), "body/tags: maxItems 3 became 2"),
    "items each once": (put(f"{NEW}/properties/tags/uniqueItems", True), "body/tags: takes no value twice now"),
    "a narrower shared schema": (put("/components/schemas/Tag/maxLength", 4), "body/tags/*: maxLength 5 became 4"),
    "a member": (drop(f"{MADE}/properties/size"), "201/size: it is gone"),
    "a member for sure": (put(f"{MADE}/required", ["id"]), "201/kind: it may be absent now"),
    "a member that may be null": (put(f"{MADE}/properties/size/type", ["integer", "null"]), "may now be null"),
    "a member of another type": (put(f"{MADE}/properties/id/type", "integer"), "201/id: may now be integer"),
    "an answer's value": (put(f"{MADE}/properties/kind/enum", ["a"]), "201/kind: 'b' is gone"),
    "an answer that may be anything": (put(f"{MADE}/properties/kind", {"type": "string"}), "may now be anything"),
    "an answer's format": (drop(f"{MADE}/properties/id/format"), "201/id: format 'uuid' became None"),
    "an alternative": (put(f"{MADE}/properties/tag/oneOf", [{"type": "null"}]), "201/tag: an alternative is gone"),
    "members of another kind": (
        put(f"{MADE}/properties/words/additionalProperties", {"type": "integer"}),
        "201/words/*: may now be integer",
    ),
    "a webhook": (drop("/webhooks/thing.made"), "webhook thing.made: it is gone"),
}
ADDITIONS: dict[str, Change] = {
    "nothing": lambda document: None,
    "a path": put("/paths/~1new", {"get": {"operationId": "new_list", "responses": {}}}),
    "an operation": put("/paths/~1parts/post", {"operationId": "parts_create", "responses": {}}),
    "a status": put(f"{THING}/responses/422", {"description": ""}),
    "a header": put(f"{ANSWER}/headers/Link", {}),
    "a media type": put(f"{ANSWER}/content/text~1html", {}),
    "a way in": put("/paths/~1parts/get/security", [{"session": []}, {}]),
    "fewer scopes": put("/paths/~1things/get/security/0/oauth2", []),
    "an optional key": put(f"{NEW}/properties/note", {"type": "string"}),
    "a key that is no longer required": put(f"{NEW}/required", []),
    "a type to send": put(f"{NEW}/properties/name/type", ["string", "null"]),
    "a number where an integer was": put(f"{NEW}/properties/size/type", ["number", "null"]),
    "a value to send": put(f"{NEW}/properties/kind/enum", ["a", "b", "c"]),
    "any value to send": put(f"{NEW}/properties/kind", {"type": "string"}),
    "a text where an id was": put(
        "/paths/~1things/get/parameters/2/schema",
        {"type": "string", "maxLength": 36, "minLength": 1, "pattern": "^.+$"},
    ),
    "wider bounds": put(f"{NEW}/properties/size", {"type": ["integer", "null"], "minimum": -1, "maximum": 10}),
    "no bound": put(f"{NEW}/properties/name", {"type": "string"}),
    "unknown keys": put(f"{NEW}/additionalProperties", True),
    "a body of its own": put("/paths/~1parts/get/requestBody", {"content": {"application/json": {}}}),
    "a member": put(f"{MADE}/properties/more", {"type": "string"}),
    "a member for sure": put(f"{MADE}/required", ["id", "kind", "size"]),
    "an answer's value": put(f"{MADE}/properties/kind/enum", ["a", "b", "c"]),
    "a member never null": put(f"{MADE}/properties/tag/oneOf/1", {"$ref": "#/components/schemas/Tag"}),
    "an optional parameter": put("/paths/~1parts/get/parameters", [{"in": "query", "name": "q", "schema": {}}]),
    "a deprecation": put(f"{THING}/deprecated", True),
    "other words": put(f"{THING}/summary", "Make"),
    "a webhook": put("/webhooks/thing.gone", {"post": {"requestBody": {"content": {}}}}),
}


def changed(change: Change) -> Document:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


@pytest.mark.parametrize("name", BREAKS)
def test_what_breaks_a_program_is_refused(name: str) -> None:
    change, told = BREAKS[name]

    found = breaks(DOCUMENT, changed(change))

    assert any(told in each for each in found), found


@pytest.mark.parametrize("name", ADDITIONS)
def test_what_only_adds_passes(name: str) -> None:
    assert breaks(DOCUMENT, changed(ADDITIONS[name])) == []


def test_a_schema_that_holds_itself_is_compared_once() -> None:
    document = changed(put(f"{MADE}/properties/parts/items", {"$ref": "#/components/schemas/Tag"}))

    assert any("parts/*" in each for each in breaks(DOCUMENT, document))


def test_programs_written_against_the_release_go_on_working() -> None:
    assert breaks(json.loads(released_path().read_text("utf-8")), contract().document) == []


def test_a_release_that_breaks_is_refused_and_the_next_one_that_adds_is_kept(
    tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr("api.management.commands.openapi.generate", lambda: contract().document)
    kept = tmp_path / RELEASED_FILE
    call_command("openapi", release=True, stdout=StringIO())
    first = json.loads(kept.read_text("utf-8"))
    first["paths"]["/api/v1/gone"] = {"get": {"operationId": "gone_list", "responses": {}}}
    kept.write_text(json.dumps(first), "utf-8")

    with pytest.raises(CommandError, match="/api/v1/gone: the path is gone"):
        call_command("openapi", release=True, stdout=StringIO())
