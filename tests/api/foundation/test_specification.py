"""The specification: complete, bounded, deterministic, with tested examples, and equal to the committed file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openapi_spec_validator import validate

from api import documents
from api.matches.outputs import FOR_BOTH
from api.matches.terms import TermsContent
from api.schema import EXAMPLES_DIR, example_of, generate
from talentbank.banks.models import REQUIRED_TO_SUBMIT
from talentbank.matches.codes import REASON_REQUIRED as MATCH_REASONS
from talentbank.needs.codes import REASON_REQUIRED as NEED_REASONS
from tests.api.foundation.conftest import document
from tests.contract import Contract, contract, escaped
from tests.node import ROOT


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def nodes(node: Any, trail: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield trail, node
        for key, child in node.items():
            yield from nodes(child, f"{trail}/{key}")
    elif isinstance(node, list):
        for position, child in enumerate(node):
            yield from nodes(child, f"{trail}/{position}")


@pytest.fixture(params=["tiny resource", "whole API"])
def spec(request: Any) -> dict[str, Any]:
    return document() if request.param == "tiny resource" else contract().document


def test_it_is_valid_openapi(spec: dict[str, Any]) -> None:
    validate(spec)
    assert spec["openapi"] == "3.1.1"


def test_every_operation_has_a_name_a_summary_a_tag_and_security(spec: dict[str, Any]) -> None:
    for path, method, operation in operations(spec):
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", operation["operationId"]), (path, method)
        assert operation["summary"] and operation["tags"] and "security" in operation, (path, method)


def test_every_operation_documents_its_problems(spec: dict[str, Any]) -> None:
    for path, method, operation in operations(spec):
        statuses = {int(status) for status in operation["responses"]}
        assert {400, 401, 406, 429, 503} <= statuses, (path, method)
        assert ("{" not in path) or 404 in statuses, (path, method)
        assert method != "post" or {409, 413, 415, 422} <= statuses, (path, method)
        assert 500 not in statuses


def test_every_integer_is_bounded_and_no_nullable_is_left(spec: dict[str, Any]) -> None:
    for trail, node in nodes(spec):
        if node.get("type") == "integer":
            assert {"minimum", "maximum"} <= node.keys(), trail
        assert "nullable" not in node, trail


def test_only_request_bodies_are_closed(spec: dict[str, Any]) -> None:
    closed = {name for name, each in spec["components"]["schemas"].items() if each.get("additionalProperties") is False}
    for _, _, operation in operations(spec):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if "$ref" in body:
            assert body["$ref"].rsplit("/", 1)[1] in closed
        for status, answer in operation["responses"].items():
            shown = answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
            assert shown.rsplit("/", 1)[-1] not in closed, status


def test_ids_in_addresses_are_uuids(spec: dict[str, Any]) -> None:
    for path, _, operation in operations(spec):
        for parameter in operation.get("parameters", []):
            if parameter.get("name") == "id" and parameter["in"] == "path":
                assert parameter["schema"] == {"type": "string", "format": "uuid"}, path


def test_the_tiny_resource_reads_as_intended() -> None:
    spec = document()
    rename = spec["paths"]["/api/v1/things/{id}/rename"]["post"]
    listing = spec["paths"]["/api/v1/things"]["get"]

    assert rename["operationId"] == "things_rename"
    assert {"oauth2": ["needs:write"]} in rename["security"] and {} not in rename["security"]
    assert {} in listing["security"]
    references = {each["$ref"].rsplit("/", 1)[1] for each in rename["parameters"] if "$ref" in each}
    assert references == {"AcceptLanguage", "ActingAs", "IdempotencyKey", "IfMatch", "RequestId"}
    names = [each["name"] for each in listing["parameters"] if "name" in each]
    assert set(names) == {
        *("id", "kind", "q", "new", "version", "updated_since"),
        *("expand", "cursor", "limit", "ordering"),
    }
    assert {"ThingInput", "PatchedThingInput", "RenameInput", "Thing", "PaginatedThingList", "Channel", "Side"} <= set(
        spec["components"]["schemas"]
    )
    page = spec["components"]["schemas"]["PaginatedThingList"]
    assert page["properties"]["next"]["type"] == ["string", "null"]


def test_it_says_the_same_twice() -> None:
    assert generate("tests.api.foundation.resource") == document()


@pytest.mark.database  # the same on both
def test_the_committed_file_is_what_the_code_says() -> None:
    call_command("openapi", check=True, stdout=StringIO())


def test_drift_is_told_with_a_hint(tmp_path: Any, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / documents.OPENAPI_FILE).write_text("openapi: 3.1.1\n")

    with pytest.raises(CommandError, match="has drifted"):
        call_command("openapi", check=True, stdout=StringIO())


def test_an_operation_without_a_summary_fails_the_command(monkeypatch: Any, tmp_path: Any, settings: Any) -> None:
    from api.meta import MetaDetail

    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(MetaDetail, "summary", "")

    with pytest.raises(CommandError, match="incomplete"):
        call_command("openapi", stdout=StringIO())


def test_every_operation_has_an_example_that_is_true() -> None:
    spec = contract().document
    held = Contract(spec)
    without = []
    for path, method, operation in operations(spec):
        name = operation["operationId"]
        call = example_of(name)
        pointer = f"#/paths/{escaped(path)}/{method}"
        success = next(status for status in operation["responses"] if status < "300")
        wanted = {"request"} if "requestBody" in operation and operation["requestBody"].get("required") else set()
        wanted |= {"response"} if "content" in operation["responses"][success] else set()
        if not wanted <= call.keys():
            without.append(name)
        if "request" in call:
            held.validate(f"{pointer}/requestBody/content/application~1json/schema", call["request"], name)
        if "response" in call:
            (media,) = operation["responses"][success]["content"]
            held.validate(f"{pointer}/responses/{success}/content/{escaped(media)}/schema", call["response"], name)
    assert not without, f"no example in api/examples (CONTRACT_RECORD=1 records one): {without}"


def test_no_example_is_left_of_an_operation_that_is_gone() -> None:
    known = {operation["operationId"] for _, _, operation in operations(contract().document)}

    assert {path.stem for path in EXAMPLES_DIR.glob("*.json")} <= known


def test_an_action_that_needs_a_reason_says_so() -> None:
    spec = contract().document
    needed = {f"matches_{action.value}" for action in MATCH_REASONS} | {
        f"needs_{action.value}" for action in NEED_REASONS
    }
    said = set()
    for _, _, operation in operations(spec):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        component = spec["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], {})
        if component.get("properties", {}).get("reason_codes", {}).get("minItems"):
            said.add(operation["operationId"])

    assert said == needed


def test_a_text_that_may_be_blank_may_be_blank_in_one_way_alone() -> None:
    held = contract()
    note = "#/components/schemas/CommonActionInput/properties/note"

    held.validate(note, "", "blank")
    held.validate(note, " \n", "spaces")
    assert not [
        trail
        for trail, node in nodes(held.document)
        if "oneOf" in node and {"type": "string", "maxLength": 0} in node["oneOf"]
    ]


def test_words_that_read_as_their_opposite_are_explained() -> None:
    schemas = contract().document["components"]["schemas"]

    assert "that asked" in schemas["MatchQuestionOutput"]["properties"]["asked_side"]["description"]
    told = schemas["MatchEventOutput"]["description"]
    assert [name for name in FOR_BOTH if f"`{name}`" not in told] == []


def test_the_consents_that_a_registration_needs_are_told() -> None:
    document, needed = contract().document, [str(kind) for kind in REQUIRED_TO_SUBMIT]
    guide = (ROOT / "docs" / "front-ends.md").read_text("utf-8").splitlines()
    row = next(each for each in guide if each.endswith("| to submit a registration, and to renew it |"))
    bodies = [document["components"]["schemas"][name] for name in ("ProfessionalInput", "OrganizationInput")]

    assert re.findall(r"`(\w+)`", row) == needed
    assert all(", ".join(needed) in body["properties"]["consents"]["description"] for body in bodies)
    codes = document["paths"]["/api/v1/codes/{list}"]["get"]["description"]
    assert [kind for kind in needed if f"`{kind}`" not in codes] == []


def test_acting_for_somebody_names_the_scope_of_desks() -> None:
    held = contract().document
    for _, _, operation in operations(held):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        component = held["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], {})
        behalf = component.get("properties", {}).get("on_behalf_of")
        ways = [set(each["oauth2"]) for each in operation["security"] if "oauth2" in each]

        assert (behalf is not None) == any(each == ways[0] | {"desk:act"} for each in ways[1:]), operation[
            "operationId"
        ]
        assert behalf is None or "`desk:act`" in behalf["description"]


MAY_BE_ABSENT = {
    "CandidateTerms": {"basis", "hours", "value", "values", "yen"},
    "MatchContacts": {"organization", "professional"},
    "MatchDetail": {"expanded"},
    "MatchExpanded": {"need", "organization", "professional"},
    "NeedDetail": {"expanded"},
    "NeedExpanded": {"organization"},
    "NeedForProfessional": {"expanded"},
    "NeedPublic": {"expanded"},
    "Problem": {"action", "allowed_actions", "failed_guards", "hats", "state"},
    "ProfessionalDetail": {"expanded"},
    "ProfessionalExpanded": {"organization"},
    "SlateItem": {"etag", "match", "need", "professional"},
    "TermsContent": set(TermsContent().fields),
}
"""Members of answers that depend on the case: the terms of one fact, the sides that one may read, the kind of refusal,
what `expand` asks for, what terms state, and what an item of a slate hands on to matches/bulk-propose."""


def schemas_of_answers(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and schema of everything that an answer can hold."""
    waiting, seen = [operation["responses"] for _, _, operation in operations(spec)], set()
    while waiting:
        found = {node["$ref"] for _, node in nodes(waiting.pop()) if isinstance(node.get("$ref"), str)} - seen
        seen |= found
        for _, kind, name in (each.removeprefix("#/").split("/") for each in found):
            waiting.append(spec["components"][kind][name])
            if kind == "schemas":
                yield name, waiting[-1]


def test_an_answer_has_every_member_unless_the_case_decides() -> None:
    absent = {
        name: schema["properties"].keys() - set(schema.get("required", ()))
        for name, schema in schemas_of_answers(contract().document)
        if "properties" in schema
    }

    assert {name: members for name, members in absent.items() if members} == MAY_BE_ABSENT


def test_every_tag_and_parameter_says_what_it_is() -> None:
    spec = contract().document
    own = [each for _, _, operation in operations(spec) for each in operation["parameters"] if "$ref" not in each]

    assert [each["name"] for each in [*spec["tags"], *own] if not each.get("description")] == []


def test_what_was_made_links_to_itself_and_to_every_step_with_its_version() -> None:
    spec = contract().document
    made = spec["paths"]["/api/v1/needs"]["post"]["responses"]["201"]["links"]
    asked = spec["paths"]["/api/v1/matches/{id}/questions"]["post"]["responses"]["201"]["links"]

    assert {"needs_read", "needs_update", "needs_submit", "needs_open", "needs_cancel"} <= made.keys()
    assert made["needs_open"] == {"$ref": "#/components/links/needs_open"}
    assert spec["components"]["links"]["needs_open"]["parameters"] == {
        "id": "$response.body#/id",
        "If-Match": "$response.header.ETag",
    }
    assert {"matches_questions_answer"} == asked.keys()
    answered = spec["components"]["links"]["matches_questions_answer"]["parameters"]
    assert answered["id"] == "$request.path.id" and answered["question_id"] == "$response.body#/id"


def test_links_lead_to_operations_that_take_what_they_fill(spec: dict[str, Any]) -> None:
    known = {operation["operationId"]: (path, operation) for path, _, operation in operations(spec)}
    for name, link in spec["components"].get("links", {}).items():
        path, operation = known[link["operationId"]]
        headers = {"If-Match"} if {"$ref": "#/components/parameters/IfMatch"} in operation["parameters"] else set()

        assert link["parameters"].keys() == set(re.findall(r"{(\w+)}", path)) | headers, name


def test_every_create_of_a_row_with_an_address_has_links() -> None:
    paths = contract().document["paths"]
    without = [
        methods["post"]["operationId"]
        for path, methods in paths.items()
        if "201" in methods.get("post", {}).get("responses", {})
        and any(other.startswith(f"{path}/{{") for other in paths)
        and "links" not in methods["post"]["responses"]["201"]
    ]

    assert without == []


def test_whatever_has_actions_tells_which_of_them_are_open() -> None:
    """Every POST with If-Match acts on a row, and answers with it."""
    document = contract().document
    schemas = document["components"]["schemas"]
    silent = []
    for _, method, operation in operations(document):
        if method == "post" and {"$ref": "#/components/parameters/IfMatch"} in operation["parameters"]:
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            row = schemas[schema["$ref"].rpartition("/")[2]]
            whole = schemas[row["oneOf"][0]["$ref"].rpartition("/")[2]] if "oneOf" in row else row
            silent += [] if "allowed_actions" in whole["required"] else [operation["operationId"]]

    assert silent == []


def test_the_guide_names_the_objects_that_tell_their_actions_and_those_without_a_time_of_change() -> None:
    guide = (documents.openapi_path().parent / "docs" / "front-ends.md").read_text("utf-8")
    schemas = contract().document["components"]["schemas"]
    needs = {name for name, each in schemas.items() if name.startswith("Need") and "view" in each.get("properties", {})}

    assert "carries `allowed_actions`" in guide and "`NeedDetail`" in guide
    assert {name for name in needs if "updated_at" not in schemas[name]["properties"]} == {"NeedPublic"}
    assert "(`NeedPublic`) say no `updated_at`" in guide
