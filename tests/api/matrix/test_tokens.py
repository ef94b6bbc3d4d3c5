"""A token counts whole, and in the Authorization header alone: for every operation of the document."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.matrix.calls import Call, call_of, operations
from tests.api.matrix.table import Row, rows
from tests.api.matrix.world import World
from tests.contract import ContractClient

pytestmark = pytest.mark.django_db  # rights lean on no database: SQLite alone, for the suite's time
FIRST: dict[str, Row] = {row.operation: row for row in reversed(rows()) if "ok" in row.expected.values()}
"""For every operation a row in which somebody may call it."""
OF_THE_API = [row for row in FIRST.values() if operations()[row.operation].path.startswith("/api/")]
"""All but `/healthz` and `/readyz`, which answer the machine that watches them whatever it sends."""
EVERY = pytest.mark.parametrize("row", FIRST.values(), ids=lambda row: row.operation)


def call_and_token(world: World, row: Row) -> tuple[Call, str]:
    """The call, and the token of somebody for whom it would succeed."""
    thing = world.things.get(row.on)
    actor = next(name for name, answer in row.expected.items() if answer == "ok" and name != "anonymous")
    return call_of(world, operations()[row.operation], thing, row.sends), world.token(actor, thing)


@pytest.mark.parametrize("row", OF_THE_API, ids=lambda row: row.operation)
def test_a_truncated_token_is_refused_even_where_none_is_needed(world, row):
    call, token = call_and_token(world, row)
    client = ContractClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token[:-1]}")

    answer = call.send(client)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


@EVERY
@pytest.mark.parametrize("carrier", ["query", "cookie"])
def test_a_token_elsewhere_signs_nobody_in(world, row, carrier):
    call, token = call_and_token(world, row)
    client, plain = ContractClient(), call.send(ContractClient()).status_code
    if carrier == "cookie":
        for name in ("access_token", "token", "sessionid", "Authorization"):
            client.cookies[name] = token
    else:
        mark = "&" if "?" in call.address else "?"
        call = Call(call.method, f"{call.address}{mark}access_token={token}", call.body, call.etag)

    answer = call.send(client)

    if operations()[row.operation].public and carrier == "query":
        assert answer.status_code == 400 and pointers(answer) == ["/query/access_token"]
    else:
        assert answer.status_code == plain
        assert plain == 401 or operations()[row.operation].public


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]
