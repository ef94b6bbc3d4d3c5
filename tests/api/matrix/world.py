"""A bank with everybody who may knock at it, each with a bearer token; `things.py` fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.idp.oidc.models import Client, Token

from talentbank.accounts.models import User
from talentbank.accounts.oidc import SCOPES
from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from tests import factories
from tests.contract import ContractClient
from tests.factories import AT

ACTORS = (
    "anonymous",
    "professional",
    "other_professional",
    "member",
    "owner",
    "other_organization",
    "support_desk",
    "other_desk",
    "analyst",
    "coordinator",
    "bank_admin",
    "other_bank",
    "no_scope",
)
"""Columns of the table, in its order."""


@dataclass(slots=True)
class Thing:
    """Something of the world. `ids`: parameter of an address to its value; `people`: who plays a part in it.

    `version` is what If-Match names: that of the row itself.
    """

    row: Any
    ids: dict[str, Any] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    @property
    def pk(self) -> Any:
        return self.row.pk

    @property
    def version(self) -> int:
        return getattr(self.row, "version", 1)


@dataclass
class World:
    """`accounts`: column of the table to account; `things`: name to what stands under it."""

    bank: Bank
    accounts: dict[str, User] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    tokens: dict[tuple[Any, tuple[str, ...]], str] = field(default_factory=dict)
    clients: dict[str, ContractClient] = field(default_factory=dict)

    def keep(self, name: str, row: Any, people: Mapping[str, User] | None = None, **ids: Any) -> Any:
        """Put a row under a name. Its address is `{id}` unless `ids` says otherwise."""
        self.things[name] = Thing(row, {"id": row.pk, **ids}, dict(people or {}))
        return row

    def refresh(self) -> None:
        """Read every row as it is now that all is built: counts moved the versions of some."""
        for thing in self.things.values():
            if hasattr(thing.row, "refresh_from_db"):
                thing.row.refresh_from_db()

    def actor(self, name: str) -> Actor:
        return factories.actor(self.accounts[name])

    def client(self, actor: str, thing: Thing | None = None, *, without: tuple[str, ...] = ()) -> ContractClient:
        """A client with the token of who plays this part in the thing; `no_scope` has all scopes but `without`."""
        token = "" if actor == "anonymous" else self.token(actor, thing, without=without)
        if token not in self.clients:
            client = self.clients[token] = ContractClient()
            if token:
                client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return self.clients[token]

    def token(self, actor: str, thing: Thing | None = None, *, without: tuple[str, ...] = ()) -> str:
        part = "bank_admin" if actor == "no_scope" else actor
        user = (thing.people if thing else {}).get(part) or self.accounts[part]
        return self.token_of(user, without if actor == "no_scope" else ())

    def token_of(self, user: User, lacking: tuple[str, ...] = ()) -> str:
        """The token of an account; all are made with the world, for what a test writes is taken back."""
        key = (user.pk, lacking)
        if key not in self.tokens:
            self.tokens[key] = token_make(user, f"matrix-{len(self.tokens)}-{user.pk.hex}", lacking)
        return self.tokens[key]


def token_make(user: User, value: str, lacking: tuple[str, ...] = ()) -> str:
    client = Client.objects.create(name=value)
    factories.let_in(client, *Bank.objects.all())
    expires_at = AT + timedelta(days=1)
    token = Token(type=Token.Type.ACCESS_TOKEN, client=client, user=user, expires_at=expires_at)
    token.set_value(value)
    token.set_scopes([scope for scope in SCOPES if scope not in lacking])
    token.save()
    return value
