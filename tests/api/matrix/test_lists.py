"""Lists: no page, count, filter or order reaches what the caller does not see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.matrix.calls import Operation, call_of, operations
from tests.api.matrix.table import rows
from tests.api.matrix.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.database]
CALLERS = (
    "professional",
    "other_professional",
    "member",
    "other_organization",
    "support_desk",
    "other_desk",
    "other_bank",
)
"""Everybody who sees a part of the bank's rows."""
PAGED = {
    row.operation: row for row in reversed(rows()) if {"cursor", "limit"} <= set(operations()[row.operation].parameters)
}


def listed(world: World, operation: Operation, actor: str, on: str, **query: str) -> list[dict[str, Any]]:
    """Every row, page by page; asserts that `next` stands where there is more, and nowhere else."""
    thing = world.things[on] if on else None
    place, _, given = call_of(world, operation, thing).address.partition("?")
    asked: dict[str, str] | None = {
        "limit": "100",
        **dict(part.split("=") for part in given.split("&") if part),
        **query,
    }
    size = int(query.get("limit", 100))
    found: list[dict[str, Any]] = []
    while True:
        answer = world.client(actor, thing).get(place, asked)
        if answer.status_code in {403, 404}:
            return []
        assert answer.status_code == 200, answer.content.decode()
        body = answer.json()
        found += body["results"]
        if body["next"] is None:
            return found
        assert len(body["results"]) == size
        place, asked = body["next"], None


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [row.get("id") or str(row) for row in found]


@pytest.mark.parametrize("operation", PAGED)
def test_pages_and_orders_hold_the_same_rows_and_next_counts_only_these(world, operation):
    definition, on = operations()[operation], PAGED[operation].on
    for actor in CALLERS:
        whole = ids(listed(world, definition, actor, on))
        size = str(max(1, len(whole) // 2))

        assert ids(listed(world, definition, actor, on, limit=size)) == whole, actor
        assert len(set(whole)) == len(whole)
        for order in definition.orderings:
            assert set(ids(listed(world, definition, actor, on, ordering=order))) == set(whole), (actor, order)


def staff_only(row: dict[str, Any], value: str) -> bool:
    return bool(row["staff"])


PROBES: dict[tuple[str, str], tuple[str, Any]] = {
    ("matches_list", "professional"): ("professional:main", lambda row, value: row["professional"]["id"] == value),
    ("matches_list", "organization"): ("organization:main", lambda row, value: row["organization"]["id"] == value),
    ("matches_list", "reference"): ("match:introduced", lambda row, value: row["reference"] == value),
    ("matches_list", "coordinator"): ("account:coordinator", staff_only),
    ("needs_list", "organization"): ("organization:main", lambda row, value: row["organization"]["id"] == value),
    ("needs_list", "coordinator"): ("account:coordinator", staff_only),
    ("needs_list", "q"): ("need:open", lambda row, value: row["view"] == "detail"),
    ("professionals_list", "reference"): ("professional:main", lambda row, value: row["reference"] == value),
    ("professionals_list", "q"): ("professional:main", staff_only),
    ("organizations_list", "reference"): ("organization:main", lambda row, value: row["reference"] == value),
    ("organizations_list", "q"): ("organization:main", staff_only),
}
"""Filter → the row whose own value is asked for, and whether a row that is found shows that value to its reader."""


@pytest.mark.parametrize(("operation", "name"), PROBES)
def test_a_filter_finds_only_rows_that_show_what_was_asked_for(world, operation, name):
    on, shows = PROBES[operation, name]
    value = probe(world, on, name)

    for actor in ("anonymous", *CALLERS) if operations()[operation].public else CALLERS:
        found = listed(world, operations()[operation], actor, "", **{name: value})
        assert [row for row in found if not shows(row, value)] == [], actor
        assert {row["id"] for row in found} <= set(ids(listed(world, operations()[operation], actor, "")))


def probe(world: World, on: str, name: str) -> str:
    if on.startswith("account:"):
        return str(world.accounts[on.partition(":")[2]].pk)
    row = world.things[on].row
    if name == "q":
        return str(row.title if on.startswith("need") else row.kana)
    return str(row.reference if name == "reference" else row.pk)


@pytest.mark.parametrize("actor", [*CALLERS, "coordinator", "bank_admin"])
def test_baskets_count_what_the_worklist_shows(world, actor):
    client = world.client(actor)
    shown = [row["basket"] for row in client.get("/api/v1/me/worklist").json()["results"]]

    counted = {row["basket"]: row["count"] for row in client.get("/api/v1/me/worklist/baskets").json()["results"]}

    assert counted == {basket: shown.count(basket) for basket in counted} and set(shown) <= set(counted)
