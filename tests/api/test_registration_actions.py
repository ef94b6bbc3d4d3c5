"""Every action of the registration table over HTTP, for both resources; each answers with the row as it is then."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.registrations.lifecycle import ORGANIZATION_TABLE, PROFESSIONAL_TABLE, actions_of
from tests import factories

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
DECISION = {"document_number": "R8-121", "decided_on": "2026-11-02", "decided_by_title": "デジタル推進課長"}
CALLS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    # action: who, state before, fields before, body
    "submit": ("holder", "draft", {}, {"consents": ["terms_of_use"]}),
    "request-changes": (
        "coordinator",
        "submitted",
        {},
        {"comments": {"/kana": "ふりがなを確認してください。"}, "reason_codes": ["unclear"]},
    ),
    "approve": ("coordinator", "submitted", {}, {"decision": DECISION}),
    "reject": ("coordinator", "submitted", {}, {"reason_codes": ["out_of_scope"], "note": "市外のみの活動のため"}),
    "approve-changes": ("coordinator", "approved", {"pending_changes": {"name": "新しい名前"}}, {}),
    "reject-changes": (
        "coordinator",
        "approved",
        {"pending_changes": {"name": "新しい名前"}},
        {"reason_codes": ["unclear"]},
    ),
    "mark-reviewed": ("coordinator", "approved", {"changed_since_review": ["headline"]}, {}),
    "countersign": ("bank_admin", "approved", {"countersign_pending": True}, {}),
    "pause": (
        "holder",
        "approved",
        {},
        {"paused_until": "2027-03-31", "pause_reason": "本業の繁忙期", "reason_codes": ["busy"]},
    ),
    "unpause": ("holder", "approved", {"referral_status": "paused"}, {}),
    "suspend": ("coordinator", "approved", {}, {"reason_codes": ["complaint"]}),
    "lift": ("coordinator", "suspended", {}, {}),
    "renew": ("holder", "expired", {}, {}),
    "withdraw": ("holder", "approved", {}, {"reason_codes": ["no_longer_wished"]}),
    "reapply": ("holder", "withdrawn", {}, {}),
}
AFTER = {
    "submit": "submitted",
    "request-changes": "changes_requested",
    "reject": "rejected",
    "suspend": "suspended",
    "withdraw": "withdrawn",
    "reapply": "draft",
}
CASES = [
    *(("professionals", action.value) for action in actions_of(PROFESSIONAL_TABLE)),
    *(("organizations", action.value) for action in actions_of(ORGANIZATION_TABLE)),
]


@pytest.mark.parametrize(("resource", "action"), CASES)
def test_an_action_answers_with_the_row_as_it_is_then(session, bank, resource, action):
    who, state, fields, body = CALLS[action]
    if resource == "professionals":
        row = factories.make_professional(bank, registration_state=state, skills=["ec-site"], **fields)
        holder = row.user
    else:
        row = factories.make_organization(bank, registration_state=state, corporate_number="1000012160145", **fields)
        holder = factories.owner_of(row)
    client = session(holder if who == "holder" else factories.make_staff(bank, who))
    where = f"/api/v1/{resource}/{row.pk}"
    offered = {each["action"] for each in client.get(f"{where}/actions").json()["results"] if each["allowed"]}

    response = client.post(f"{where}/{action}", body, headers={"If-Match": client.get(where).headers["ETag"]})

    assert action in offered
    assert response.status_code == 200
    assert response.json()["registration_state"] == AFTER.get(action, "approved")
    assert response.headers["ETag"] == response.json()["etag"]
    assert response.headers["ETag"].startswith('"2.')


def test_a_token_needs_the_scope_of_the_resource(bearer, bank, coordinator):
    row = factories.make_professional(bank)
    client = bearer(coordinator, scopes=("professionals:read",))
    etag = client.get(f"/api/v1/professionals/{row.pk}").headers["ETag"]

    refused = client.post(f"/api/v1/professionals/{row.pk}/suspend", {}, headers={"If-Match": etag})

    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert client.get("/api/v1/organizations").status_code == 403
