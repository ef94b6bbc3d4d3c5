"""The demo's accounts: one sign-in and one bearer token per role, made from the installation's own secret.

Nothing is stored in the clear: the password and the tokens can be told again because they are derived.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client, Token
from django.conf import settings

from talentbank.accounts.clients import client_let_in
from talentbank.accounts.models import ClientApproval, User
from talentbank.accounts.programs import OPENID_SCOPES
from talentbank.banks.models import Bank
from talentbank.core.clock import day_of

CLIENT_ID = "demo"
FRONT_END_ID = "demo-front-end"
FRONT_END = "http://127.0.0.1:5173"
"""Where the front end of examples/typescript serves itself."""
TOKEN_DAYS = 30
READ = (
    *("professionals:read", "organizations:read", "needs:read", "matches:read"),
    *("contacts:read", "me:read", "me:write", "statistics:read"),
)
SIDE = (*READ, "professionals:write", "organizations:write", "needs:write", "matches:write", "consents:write")
SCOPES = {
    "bank_admin": [*SIDE, "matches:decide", "desk:act", "bank:admin", "vocabulary:write", "webhooks:manage"],
    "coordinator": [*SIDE, "matches:decide", "desk:act"],
    "support_desk": [*SIDE, "desk:act"],
    "analyst": ["statistics:read", "me:read"],
    "professional": SIDE,
    "organization": SIDE,
}


@dataclass(frozen=True, slots=True)
class Player:
    """A demo account: the role it shows, its e-mail address."""

    role: str
    email: str


def secret_of(purpose: str) -> str:
    """Derive a printable secret of the demo from SECRET_KEY."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"demo:{purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def password() -> str:
    """The one password of every demo account of this installation."""
    return f"demo-{secret_of('password')[:12]}"


def user_make(email: str, name: str, kana: str = "") -> User:
    """Make a demo account whose address counts as proved, or return it."""
    found = User.objects.filter(email=email.lower()).first()
    user = found or User.objects.create_user(email, password(), name=name, kana=kana)
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return user


def token_renew(player: Player, *, at: datetime) -> str:
    """Give a demo account its bearer token for the next 30 days."""
    client, _ = Client.objects.get_or_create(id=CLIENT_ID, defaults={"name": "Demo", "type": Client.Type.CONFIDENTIAL})
    _let_in(client, at)
    value = f"demo-{player.role}-{secret_of(player.email)}"
    user = User.objects.get(email=player.email)
    token = Token.objects.filter(client=client, user=user, type=Token.Type.ACCESS_TOKEN).first()
    token = token or Token(client=client, user=user, type=Token.Type.ACCESS_TOKEN)
    token.set_value(value)
    token.set_scopes(SCOPES[player.role])
    token.created_at, token.expires_at = at, at + timedelta(days=TOKEN_DAYS)
    token.save()
    return value


def front_end_renew(*, at: datetime) -> str:
    """Let the front end of examples/typescript in for the next 30 days; return its client id."""
    client, _ = Client.objects.get_or_create(id=FRONT_END_ID, defaults={"name": "みんなの窓口"})
    client.type = Client.Type.PUBLIC
    client.set_scopes([*OPENID_SCOPES, *SIDE])
    client.set_grant_types([Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN])
    client.set_redirect_uris([f"{FRONT_END}/"])
    client.save()
    _let_in(client, at, FRONT_END)
    return str(client.pk)


def _let_in(client: Client, at: datetime, *origins: str) -> None:
    """Approve a client of the demo in every bank, on record, for as long as its tokens last."""
    until = day_of(at) + timedelta(days=TOKEN_DAYS)
    for bank in Bank.objects.order_by("slug"):
        facts: dict[str, Any] = {"operator": "デモ", "purpose": "API を試す", "contact": "demo@example.jp"}
        facts |= {"valid_until": until, "allowed_origins": origins}
        row = ClientApproval.objects.filter(bank=bank, client=client).first()
        if row is None or row.valid_until < until:
            client_let_in(client=client, bank=bank, facts=facts, at=at)
