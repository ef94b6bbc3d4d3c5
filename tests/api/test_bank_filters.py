"""`?bank=` means the same on every list: the id or the slug of a bank."""

from __future__ import annotations

import pytest

from tests import factories
from tests.contract import contract

HOOK = "https://hooks.example.jp/bank"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.fixture
def admin(session, bank, other_bank, bank_admin):
    """A bank_admin of both banks, in each of which there is one row of every kind."""
    factories.make_staff(other_bank, "bank_admin", user=bank_admin)
    admin = session(bank_admin)
    for each in (bank, other_bank):
        id = str(each.pk)
        program = {
            "name": "窓口",
            "kind": "public",
            "scopes": ["me:read"],
            "grant_types": ["authorization_code"],
            "redirect_uris": ["https://app.example/callback"],
        }
        facts = {"operator": "商工会議所", "purpose": "照会", "contact": "a@example.jp", "valid_until": "2027-03-31"}
        assert admin.post("/api/v1/clients", {"banks": [id], **program, **facts}).status_code == 201
        invited = {"bank": id, "email": "hanako@example.jp", "role": "coordinator"}
        assert admin.post("/api/v1/invitations", invited).status_code == 201
        assert admin.post("/api/v1/webhook-endpoints", {"bank": id, "url": HOOK}).status_code == 201
    return admin


@pytest.mark.parametrize("path", ["clients", "memberships", "invitations", "webhook-endpoints"])
def test_a_list_takes_a_bank_by_id_or_by_slug(admin, bank, other_bank, path):
    def banks(*named):
        answer = admin.get(f"/api/v1/{path}?{'&'.join(f'bank={each}' for each in named)}")
        assert answer.status_code == 200, answer.content
        return {row["bank"] for row in answer.json()["results"]}

    assert banks(bank.slug) == banks(bank.pk) == {str(bank.pk)}
    assert banks(bank.slug, other_bank.pk) == banks() == {str(bank.pk), str(other_bank.pk)}
    assert banks("nowhere") == set()


def test_no_operation_wants_the_id_of_a_bank_alone():
    document = contract().document
    narrow = [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if parameter.get("name") == "bank" and parameter["in"] == "query" and "uuid" in str(parameter["schema"])
    ]

    assert narrow == []
