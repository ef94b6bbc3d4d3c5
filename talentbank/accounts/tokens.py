"""Whether a token still holds: asked at each call, so that what ends, ends with the next one."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.models import Client, Token

from talentbank.accounts.admissions import client_banks
from talentbank.accounts.clients import GIVES_TOKENS
from talentbank.accounts.models import User
from talentbank.core.clock import day_of

LINE_MARK = {"by": "line"}
"""`Token.data` of what an ID token of LINE was exchanged for."""


def wears_staff_roles(token: Token) -> bool:
    """Whether an account's staff roles count with this token: not where LINE alone vouched for the person."""
    return bool(token.data != LINE_MARK)


def token_find(type: str, value: str) -> Token | None:
    """The unexpired token with this value, with its account and client."""
    found: Token | None = Token.objects.select_related("user", "client").lookup(type, value)
    return found


def token_banks(token: Token, at: datetime) -> frozenset[UUID]:
    """Banks that a token may touch at `at`; none where it has ended.

    It ends with its account's suspension, with a new password, with the first second factor and a reset of it, and
    with its client's last approval.
    """
    user = token.user
    if token.client_id is None or (user and not user.holds_since(token.created_at)):
        return frozenset()
    return client_banks(token.client_id, day_of(at))


@dataclass(frozen=True, slots=True)
class Connected:
    """A program, or a device at a desk, that goes on with an account: since when, and with which scopes."""

    client_id: str
    name: str
    since: datetime
    scopes: tuple[str, ...]


def programs_of(user: User) -> list[Connected]:
    """Programs with a token of this account that has not run out, by name."""
    held: dict[str, list[Token]] = {}
    rows = Token.objects.valid().filter(user=user, type__in=GIVES_TOKENS, client__isnull=False)
    for token in rows.select_related("client").order_by("client__name", "client_id", "created_at"):
        held.setdefault(token.client_id, []).append(token)
    return [
        Connected(
            client_id=client_id,
            name=tokens[0].client.name,
            since=tokens[0].created_at,
            scopes=tuple(dict.fromkeys(scope for token in tokens for scope in token.get_scopes())),
        )
        for client_id, tokens in held.items()
    ]


def tokens_end(*, user: User, client_id: str) -> int:
    """This function will end a program's tokens of this account; return how many."""
    ended, _ = Token.objects.filter(user=user, client_id=client_id, type__in=GIVES_TOKENS).delete()
    return int(ended)


def tokens_issue(
    *, client: Client, user: User, scopes: Iterable[str], at: datetime, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """This function will give a program an access token of an account, with a refresh token where it may have one.

    For ways in of our own beside allauth's. `data` marks the tokens; marked ones are not refreshed, for allauth would
    lose the mark.

    :return: the answer of the token endpoint (RFC 6749, section 5.1).
    """
    granted = list(dict.fromkeys(scopes))
    lasts = timedelta(seconds=app_settings.ACCESS_TOKEN_EXPIRES_IN)
    made = {Token.Type.ACCESS_TOKEN: at + lasts}
    if Client.GrantType.REFRESH_TOKEN in client.get_grant_types() and data is None:
        made[Token.Type.REFRESH_TOKEN] = at + timedelta(seconds=app_settings.REFRESH_TOKEN_EXPIRES_IN)
    values = {type: secrets.token_urlsafe(64) for type in made}
    for type, expires_at in made.items():
        row = Token(type=type, client=client, user=user, created_at=at, expires_at=expires_at, data=data)
        row.set_value(values[type])
        row.set_scopes(granted)
        row.save()
    answer = {
        "access_token": values[Token.Type.ACCESS_TOKEN],
        "token_type": "Bearer",
        "expires_in": int(lasts.total_seconds()),
        "scope": " ".join(granted),
    }
    if Token.Type.REFRESH_TOKEN in values:
        answer["refresh_token"] = values[Token.Type.REFRESH_TOKEN]
    return answer
