"""A call that names a proxy asks whether that one may speak, whichever operation it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from tests.api.matrix.calls import ABSENT, SENDS, Call, call_of, operations
from tests.api.matrix.table import Row, rows

pytestmark = pytest.mark.django_db  # rights lean on no database: SQLite alone, for the suite's time
HEARING = {name for name, operation in operations().items() if "proxy" in (operation.keys or ())}
ON_BEHALF = {
    row.operation: row
    for row in rows()
    if row.operation in HEARING and "for:" in row.sends and row.expected["bank_admin"] == "ok"
}


def sent(world: Any, row: Row, **more: Any) -> Any:
    thing = world.things.get(row.on)
    call = call_of(world, operations()[row.operation], thing, row.sends)
    with transaction.atomic():
        answer = Call(call.method, call.address, {**(call.body or {}), **more}, call.etag).send(
            world.client("bank_admin", thing)
        )
        transaction.set_rollback(True)
    return answer


def test_every_call_on_behalf_refuses_a_proxy_whom_nobody_named(world):
    answers = {name: sent(world, row, proxy=ABSENT) for name, row in ON_BEHALF.items()}

    said = {
        name: [(error["pointer"], error["code"]) for error in answer.json().get("errors", ())]
        for name, answer in answers.items()
    }
    assert {name: each for name, each in said.items() if each != [("/proxy", "no_such_proxy")]} == {}
    assert {answer.status_code for answer in answers.values()} == {400}
    assert len(answers) >= 40


def test_what_is_never_done_on_behalf_hears_no_proxy_either(world):
    others = {row.operation: row for row in rows() if row.operation in HEARING - ON_BEHALF.keys()}

    answers = {
        name: sent(world, row, **SENDS[f"for:{side}"](world), proxy=ABSENT)
        for name, row in others.items()
        for side in ("professional", "organization")
    }

    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code < 400} == {}
