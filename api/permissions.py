"""Who may call at all. What a role may do is decided by the domain's policies."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request

from api.authentication import is_signed_in, scopes_of
from api.errors import InsufficientScope


class SignedIn(BasePermission):
    """A session or a valid token; everybody else gets 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return is_signed_in(request)


class Anyone(AllowAny):
    """Public, but a bad token is still refused."""


def missing_scopes(request: Request, required: tuple[str, ...]) -> tuple[str, ...]:
    """Scopes that the token lacks. A session needs none."""
    granted = scopes_of(request)
    return () if granted is None else tuple(scope for scope in required if scope not in granted)


def require_scopes(request: Request, *required: str) -> None:
    """:raises InsufficientScope: the token lacks one of `required`."""
    if missing := missing_scopes(request, required):
        raise InsufficientScope(missing)
