"""Every operation of the document: closed to strangers unless it is public, silent about what is absent."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from api.schema import generate
from tests.contract import ContractClient

OPERATIONS = [
    (method.upper(), path, operation["operationId"])
    for path, operations in sorted(generate()["paths"].items())
    for method, operation in operations.items()
]
PUBLIC = {
    "banks_list",
    "banks_read",
    "banks_texts_list",
    "banks_closures_list",
    "codes_index",
    "codes_list",
    "health_live",
    "health_ready",
    "meta_get",
    "needs_list",
    "needs_read",
    "problems_list",
    "sandbox_clients_create",
    "sandbox_line_tokens_create",
    "sandbox_messages_list",
    "sandbox_reset",
    "skills_list",
    "statistics_summary",
}
"""What domain.md shows without sign-in, and the sandbox; a new operation is closed until it is named here."""


def address(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: "1" if found[1] == "number" else str(uuid4()), path)


def test_what_is_public_exists():
    assert not PUBLIC - {operation_id for *_, operation_id in OPERATIONS}


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "operation_id"), OPERATIONS, ids=[each[2] for each in OPERATIONS])
def test_a_stranger_is_asked_to_sign_in(method, path, operation_id):
    answer = ContractClient().generic(method, address(path), b"{}", content_type="application/json")
    if operation_id in PUBLIC:
        assert answer.status_code in {200, 404}
    else:
        assert answer.status_code == 401 and "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize(
    ("path", "operation_id"),
    [(path, operation_id) for method, path, operation_id in OPERATIONS if method == "GET" and "{" in path],
)
def test_what_is_absent_is_not_found(path, operation_id, session, bank_admin):
    answer = session(bank_admin).get(address(path))
    assert answer.status_code == 404 and answer.json()["code"] == "not_found", operation_id


@pytest.mark.parametrize("path", sorted({path for _, path, _ in OPERATIONS}))
def test_a_method_that_a_path_lacks_is_405_with_allow(path, session, bank_admin):
    answer = session(bank_admin).generic("PUT", address(path), b"{}", content_type="application/json")
    assert answer.status_code == 405 and answer.json()["code"] == "method_not_allowed"
    assert answer["Allow"]
