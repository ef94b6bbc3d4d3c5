"""The tiny resource behind a client that checks every answer against its own specification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.utils import timezone

from api.schema import generate
from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from tests import factories
from tests.api.foundation import resource
from tests.contract import ContractClient

URLCONF = "tests.api.foundation.resource"


@cache
def document() -> dict[str, Any]:
    return generate(URLCONF)


@pytest.fixture(autouse=True)
def addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = URLCONF
    resource.calls.clear()


@pytest.fixture
def anonymous(db: None) -> ContractClient:
    return ContractClient(document=document())


@pytest.fixture
def user(db: None) -> User:
    return factories.make_user()


@pytest.fixture
def http(anonymous: ContractClient, user: User) -> ContractClient:
    """Signed in by session."""
    anonymous.force_login(user)
    return anonymous


@pytest.fixture
def bearer(user: User) -> Callable[..., ContractClient]:
    """Make a client that sends a token with the given scopes."""

    def make(*scopes: str, token: str = "secret-token", expired: bool = False, **fields: Any) -> ContractClient:
        owner = Client.objects.create(name="front end")
        factories.let_in(owner, *(Bank.objects.all() or [factories.make_bank()]))
        row = Token(type=Token.Type.ACCESS_TOKEN, client=owner, **{"user": user, **fields})
        row.set_value(token)
        row.set_scopes(list(scopes))
        row.expires_at = timezone.now() + timedelta(hours=-1 if expired else 1)
        row.save()
        client = ContractClient(document=document())
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return make


@pytest.fixture
def make_thing(db: None) -> Callable[..., Bank]:
    """Make a row without dependents."""

    def make(name: str = "thing", **fields: Any) -> Bank:
        n = Bank.objects.count()
        values = {"slug": f"thing-{n}", "municipality_code": "072010", "municipality_name": "市"}
        values |= {"opened_on": date(2024, 1, 1) + timedelta(days=n % 3), "name": name, **fields}
        return Bank.create(at=fields.pop("at", factories.AT), **values)

    return make


@pytest.fixture
def thing(make_thing: Callable[..., Bank]) -> Bank:
    return make_thing()
