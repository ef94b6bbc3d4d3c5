"""The people of the journeys and how they call; the clock stands at `factories.AT`."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from talentbank.accounts.models import User
from tests.contract import ContractClient
from tests.factories import AT

API = "/api/v1"
CONSENTS = ["terms_of_use", "purposes_of_use", "matching", "disclosure", "declaration"]


class Caller:
    """One person's calls: each sends the newest ETag of the path's row, and says what it expects."""

    def __init__(self, user: User) -> None:
        self.client = ContractClient()
        self.client.force_login(user)

    def get(self, path: str, expect: int = 200) -> Any:
        answer = self.client.get(f"{API}{path}")
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, *, etag: str = "", expect: int = 200) -> Any:
        headers = {"If-Match": etag} if etag else {}
        answer = self.client.post(f"{API}{path}", body or {}, format="json", headers=headers)
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()

    def patch(self, path: str, body: dict[str, Any], *, etag: str, expect: int = 200) -> Any:
        answer = self.client.patch(f"{API}{path}", body, format="json", headers={"If-Match": etag})
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()

    def act(self, path: str, row: dict[str, Any], action: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        """Take an action on a row that was read before."""
        return self.post(f"{path}/{row['id']}/{action}", body, etag=row["etag"], **more)


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AT)


@pytest.fixture
def vocabulary(db: None) -> None:
    """The real vocabulary: what people say and what experts write."""
    call_command("load_vocabulary", verbosity=0)


def calls(user: User) -> Caller:
    return Caller(user)
