"""What the tests of needs share: callers, the calls they make, a need that hides what it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from talentbank.accounts.models import User
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from tests import factories
from tests.contract import ContractClient
from tests.factories import AT

URL = "/api/v1/needs"
SECRET = "社長の持病のため急いでいます"
PUBLIC = {
    "confidentiality": "public",
    "public_summary": "地元の漬物をネットで売りたい",
    "summary_agreed_at": AT,
    "own_words": SECRET,
    "title": "秘密の題",
    "budget_min_yen": 123456,
    "budget_max_yen": 234567,
}
Login = Callable[[User | None], ContractClient]


@pytest.fixture
def login(db: None) -> Login:
    def signed_in(user: User | None) -> ContractClient:
        client = ContractClient()
        if user:
            client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def owner(organization: Organization, login: Login) -> ContractClient:
    return login(factories.owner_of(organization))


@pytest.fixture
def staff(coordinator: User, login: Login) -> ContractClient:
    return login(coordinator)


def act(client: ContractClient, need: dict[str, Any], action: str, **body: Any) -> Any:
    """Take an action with the ETag last seen."""
    return client.post(f"{URL}/{need['id']}/{action}", body, headers={"If-Match": need["etag"]})


def done(response: Any, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.content.decode()
    return dict(response.json())


def read(client: ContractClient, need: Need) -> dict[str, Any]:
    return done(client.get(f"{URL}/{need.pk}"))
