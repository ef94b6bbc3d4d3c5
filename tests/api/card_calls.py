"""What the tests of cards share: an organization with a need, and the calls that it makes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.match_calls import create
from tests.factories import make_organization
from tests.talentbank.ranking.samples import make_shop_need

API = "/api/v1"
NAME = "株式会社こけし堂"
UNMATCHABLE: dict[str, dict[str, Any]] = {
    "hides": {"hidden_from": [NAME]},
    "paused": {"referral_status": "paused"},
    "suspended": {"registration_state": "suspended"},
    "withdrawn": {"registration_state": "withdrawn"},
    "full": {"hours_per_week": 1},
    "expired": {"registration_state": "expired"},
}
"""Why somebody cannot be matched; the organization never learns which."""


@pytest.fixture
def organization(bank):
    return make_organization(bank, name=NAME)


@pytest.fixture
def need(organization):
    return make_shop_need(organization)


@pytest.fixture
def firm(session, owner):
    return session(owner)


def candidates(client: Any, need: Any, **query: Any) -> dict[str, Any]:
    answer = client.get(f"{API}/needs/{need.pk}/candidates", query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def cards(client: Any, need: Any) -> list[str]:
    return [row["card"]["card"] for row in candidates(client, need)["results"]]


def seen(answer: Any) -> tuple[int, Any]:
    """An answer without what tells one call from another."""
    body = answer.json()
    body.pop("request_id", None)
    body.pop("instance", None)
    return answer.status_code, body


def invite(client: Any, need: Any, card: Any) -> Any:
    return create(client, need, card=str(card), origin="invite")
