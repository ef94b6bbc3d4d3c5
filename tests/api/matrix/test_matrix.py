"""Every call that the table names, and its answer: who may what, and that what is hidden looks like what is not."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import transaction

from tests.api.matrix.calls import Call, call_of, operations
from tests.api.matrix.table import Row, rows
from tests.api.matrix.world import ACTORS, Thing, World

pytestmark = pytest.mark.django_db  # rights lean on no database: SQLite alone, for the suite's time
ROWS = rows()
OF_THE_CALL = {"instance", "request_id"}
"""Members of a problem that tell one call from another."""
HEADERS_OF_THE_CALL = {"X-Request-Id", "RateLimit"}
"""A caller's own calls are counted, whatever they ask for."""


def test_every_operation_has_a_row_and_every_row_an_operation():
    assert {row.operation for row in ROWS} == set(operations())


def test_no_row_stands_twice():
    assert not [row for row, count in Counter(map(str, ROWS)).items() if count > 1]


def test_the_table_makes_a_thousand_calls_and_more():
    assert len(ROWS) * len(ACTORS) >= 1000


def test_somebody_may_do_everything_and_nobody_without_its_scopes():
    for operation in operations().values():
        mine = [row.expected for row in ROWS if row.operation == operation.id]

        assert any("ok" in expected.values() for expected in mine), operation.id
        if operation.scopes and not operation.public:
            assert {expected["no_scope"] for expected in mine} == {"403"}, operation.id


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_is_answered_as_the_table_says(world, row):
    thing = world.things[row.on] if row.on else None
    call = call_of(world, operations()[row.operation], thing, row.sends)

    answers = {actor: sent(world, row, actor, call, thing) for actor in ACTORS}

    said = {actor: verdict(row, answer, thing) for actor, answer in answers.items()}
    assert {
        actor: (row.expected[actor], told(answers[actor])) for actor in ACTORS if said[actor] != row.expected[actor]
    } == {}
    finds_nothing = next((actor for actor in ACTORS if said[actor] == "404"), None)
    if finds_nothing and thing:
        absent = sent(world, row, finds_nothing, call.about_nobody(thing), thing)
        assert shown(answers[finds_nothing]) == shown(absent), "it can be told from what is nobody's"


def sent(world: World, row: Row, actor: str, call: Call, thing: Thing | None) -> Any:
    """Make a call and take back what it did."""
    client = world.client(actor, thing, without=operations()[row.operation].scopes)
    with transaction.atomic():
        answer = call.send(client)
        transaction.set_rollback(True)
    return answer


def verdict(row: Row, answer: Any, thing: Thing | None) -> str:
    """One of the table's answers."""
    if answer.status_code >= 300:
        return str(answer.status_code)
    if "none" not in row.expected.values():
        return "ok"
    assert thing is not None
    return "ok" if str(thing.pk) in answer.content.decode() else "none"


def told(answer: Any) -> Any:
    """What was said, for whoever reads that it should have been something else."""
    body = answer.json() if answer.status_code >= 300 else {}
    return answer.status_code, body.get("code"), body.get("errors") or body.get("failed_guards")


def shown(answer: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    """An answer without what tells one call from another."""
    body = {name: value for name, value in answer.json().items() if name not in OF_THE_CALL}
    headers = {name: value for name, value in answer.headers.items() if name not in HEADERS_OF_THE_CALL}
    return answer.status_code, body, headers
