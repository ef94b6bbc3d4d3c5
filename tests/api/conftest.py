"""What tests over HTTP share: a clock that stands still, callers by session and by bearer token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.utils import timezone

from talentbank.accounts.models import User
from talentbank.accounts.oidc import SCOPES
from talentbank.banks.models import Bank
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from tests import factories
from tests.contract import ContractClient
from tests.factories import AT
from tests.mailbox import Mailbox, open_mailbox

Caller = Callable[..., ContractClient]


@dataclass
class Clock:
    """The moment that every reader of the clock sees."""

    at: datetime = AT

    def forward(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stops the clock at `factories.AT`; a test moves it by `forward`."""
    stopped = Clock()
    monkeypatch.setattr(timezone, "now", lambda: stopped.at)
    return stopped


def with_hat(client: ContractClient, acting_as: str) -> ContractClient:
    if acting_as:
        client.credentials(**{**client._credentials, "HTTP_ACTING_AS": acting_as})
    return client


@pytest.fixture
def session(db: None) -> Caller:
    """Make a client of somebody who signed in with a session."""

    def make(user: User | None, acting_as: str = "") -> ContractClient:
        client = ContractClient()
        if user:
            client.force_login(user)
        return with_hat(client, acting_as)

    return make


@pytest.fixture
def bearer(db: None) -> Caller:
    """Make a client that sends an access token; by default with every scope, in every bank."""

    def make(user: User | None, acting_as: str = "", scopes: tuple[str, ...] | None = None, **fields: Any) -> Any:
        token, number = fields.pop("token", ""), Token.objects.count()
        owner = Client.objects.create(name=f"front end {number}")
        expires_at = fields.pop("expires_at", timezone.now() + timedelta(hours=1))
        factories.let_in(owner, *fields.pop("banks", Bank.objects.all()))
        fields.setdefault("created_at", timezone.now())  # the default was bound before a test stopped the clock
        row = Token(type=Token.Type.ACCESS_TOKEN, client=owner, user=user, expires_at=expires_at, **fields)
        row.set_value(token or f"token-{number}")
        row.set_scopes(list(SCOPES if scopes is None else scopes))
        row.save()
        client = ContractClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token or f'token-{number}'}")
        return with_hat(client, acting_as)

    return make


@pytest.fixture(params=["session", "bearer"])
def door(request: pytest.FixtureRequest) -> Caller:
    """Both ways in, one after the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def need(organization: Organization) -> Need:
    return factories.make_need(organization)


@pytest.fixture
def owner(organization: Organization) -> User:
    return factories.owner_of(organization)


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server that runs, and settings that send to it."""
    with open_mailbox() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        yield server
