"""Whether a token still holds: asked at each call, so that what ends, ends with the next one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.idp.oidc.models import Token

from talentbank.accounts.clients import client_banks
from talentbank.core.clock import day_of


def token_find(type: str, value: str) -> Token | None:
    """The unexpired token with this value, with its account and client."""
    found: Token | None = Token.objects.select_related("user", "client").lookup(type, value)
    return found


def token_banks(token: Token, at: datetime) -> frozenset[UUID]:
    """Banks that a token may touch at `at`; none where it has ended.

    It ends with its account's suspension, with a new password, and with its client's last approval.
    """
    user = token.user
    if token.client_id is None or (user and not user.is_active):
        return frozenset()
    if user and user.password_changed_at and token.created_at <= user.password_changed_at:
        return frozenset()
    return client_banks(token.client_id, day_of(at))
