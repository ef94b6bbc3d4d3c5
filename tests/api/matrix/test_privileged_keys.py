"""Keys that nobody may set by asking for them: refused in every body by name, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from tests.api.matrix.calls import ABSENT, Call, call_of, operations
from tests.api.matrix.table import Row, rows

pytestmark = pytest.mark.django_db  # rights lean on no database: SQLite alone, for the suite's time
KEYS: dict[str, Any] = {
    "id": ABSENT,
    "version": 99,
    "bank": "elsewhere",
    "reference": "R8-案-0001",
    "state": "introduced",
    "registration_state": "approved",
    "created_at": "2020-01-01T00:00:00+09:00",
    "approved_at": "2020-01-01T00:00:00+09:00",
    "introduced_at": "2020-01-01T00:00:00+09:00",
    "contacts_opened_at": "2020-01-01T00:00:00+09:00",
    "entered_by": ABSENT,
    "score": 1,
    "role": "bank_admin",
    "scopes": ["bank:admin"],
    "is_staff": True,
    "is_superuser": True,
    "corporate_number_verified": True,
}
"""`bank`, `role` and `score` are keys of some bodies; there they are the caller's to choose, as the table says."""


def written() -> list[Row]:
    """For every operation that takes a body, the first row in which somebody may call it."""
    first: dict[str, Row] = {}
    for row in rows():
        if operations()[row.operation].keys is not None and "ok" in row.expected.values():
            first.setdefault(row.operation, row)
    return list(first.values())


def test_there_are_seventeen_keys_and_bodies_to_try_them_in():
    assert len(KEYS) == 17
    assert len(written()) >= 100


@pytest.mark.parametrize("row", written(), ids=lambda row: row.operation)
def test_each_is_refused_by_name_and_nothing_changes(world, row):
    operation, thing = operations()[row.operation], world.things.get(row.on)
    actor = next(name for name, answer in row.expected.items() if answer == "ok" and name != "anonymous")
    call = call_of(world, operation, thing, row.sends)
    assert operation.keys is not None
    more = {key: value for key, value in KEYS.items() if key not in operation.keys}
    before = facts(thing)

    answer = Call(call.method, call.address, {**(call.body or {}), **more}, call.etag).send(world.client(actor, thing))

    assert answer.status_code == 400, answer.content.decode()
    refused = {error["pointer"] for error in answer.json()["errors"] if error["code"] == "unknown_field"}
    assert refused == {f"/{key}" for key in more} and len(more) >= 15
    assert facts(thing) == before


def facts(thing: Any) -> Any:
    """All that stands in the row that is acted on, and how many steps are on record."""
    model = type(thing.row) if thing and hasattr(type(thing.row), "objects") else None
    row = model.objects.filter(pk=thing.pk).values().get() if model else None
    return Event.objects.count(), row
