"""The guard itself: it must see what the document does not promise."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.api.foundation.conftest import document
from tests.contract import ContractBroken, ContractClient


def altered(change: Any) -> ContractClient:
    spec = copy.deepcopy(document())
    change(spec)
    return ContractClient(document=spec)


def test_an_undocumented_status_is_seen(db: None) -> None:
    client = altered(lambda spec: spec["paths"]["/api/v1/things"]["get"]["responses"].pop("400"))

    with pytest.raises(ContractBroken, match="not documented"):
        client.get("/api/v1/things?x=1")


def test_an_undocumented_member_is_seen(thing: Any) -> None:
    client = altered(lambda spec: spec["components"]["schemas"]["Thing"]["properties"].pop("size"))

    with pytest.raises(ContractBroken, match="size"):
        client.get("/api/v1/things")


def test_a_wrong_type_is_seen(thing: Any) -> None:
    def change(spec: Any) -> None:
        spec["components"]["schemas"]["Thing"]["properties"]["size"] = {"type": "string"}

    with pytest.raises(ContractBroken, match="size"):
        altered(change).get("/api/v1/things")


def test_a_missing_header_is_seen(db: None) -> None:
    def change(spec: Any) -> None:
        reference = {"$ref": "#/components/headers/Location"}
        spec["paths"]["/api/v1/things"]["get"]["responses"]["200"]["headers"]["Location"] = reference

    with pytest.raises(ContractBroken, match="Location"):
        altered(change).get("/api/v1/things")


@pytest.mark.parametrize(("status", "name"), [("200", "ETag"), ("200", "RateLimit"), ("304", "Content-Language")])
def test_a_header_that_the_document_does_not_name_is_seen(user: Any, thing: Any, status: str, name: str) -> None:
    place, held = f"/api/v1/things/{thing.pk}", {"If-None-Match": "*"} if status == "304" else {}
    client = altered(lambda spec: spec["paths"]["/api/v1/things/{id}"]["get"]["responses"][status]["headers"].pop(name))
    client.force_login(user)

    with pytest.raises(ContractBroken, match=f"header {name} is not documented"):
        client.get(place, headers=held)


def test_a_body_that_the_server_took_and_the_document_forbids_is_seen(user: Any) -> None:
    client = altered(lambda spec: spec["components"]["schemas"]["ThingInput"]["properties"]["name"].update(maxLength=2))
    client.force_login(user)

    with pytest.raises(ContractBroken, match="accepted body"):
        client.post("/api/v1/things", {"name": "long"})


def test_pages_of_people_are_none_of_its_business(anonymous: Any) -> None:
    assert anonymous.get("/docs").status_code == 200
