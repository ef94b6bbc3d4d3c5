"""Who is calling: bearer tokens of our own OpenID Connect provider, or a session with CSRF."""

from __future__ import annotations

import re
from typing import Any

from allauth.idp.oidc.internal.resources import is_resources_subset
from allauth.idp.oidc.models import Token
from django.contrib.auth.models import AnonymousUser
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from api.errors import CsrfFailed
from talentbank.accounts.admissions import client_used
from talentbank.accounts.selectors import actor_for
from talentbank.accounts.tokens import token_banks, token_find, wears_staff_roles
from talentbank.core.actors import Actor
from talentbank.core.clock import day_of, now
from talentbank.core.errors import invalid

TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,2048}=*\Z")
"""RFC 6750 b64token."""
CHALLENGE = 'Bearer realm="api"'


class InvalidToken(exceptions.AuthenticationFailed):
    default_code = "invalid_token"

    def __init__(self) -> None:
        super().__init__(code=self.default_code)


class BearerAuthentication(authentication.BaseAuthentication):
    """An access token in the Authorization header; never one in the query or the body, which end up in logs."""

    def authenticate(self, request: Request) -> tuple[Any, Token] | None:
        scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = self._token(value.strip())
        if token is None or not is_resources_subset([request.build_absolute_uri(request.path)], token.get_resources()):
            request._request.token_refused = True
            raise InvalidToken()
        return token.user or AnonymousUser(), token

    @staticmethod
    def _token(value: str) -> Token | None:
        if not TOKEN.match(value):
            return None
        token = token_find(Token.Type.ACCESS_TOKEN, value)
        if token is None:
            return None
        token.banks = token_banks(token, now())
        return token if token.banks else None

    def authenticate_header(self, request: Request) -> str:
        refused = getattr(request._request, "token_refused", False)
        return f'{CHALLENGE}, error="invalid_token"' if refused else CHALLENGE


class SessionAuthentication(authentication.SessionAuthentication):
    """Sessions of our own pages."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise CsrfFailed() from None


def scopes_of(request: Request) -> frozenset[str] | None:
    """Scopes of the token; None for a session or without sign-in."""
    return frozenset(request.auth.get_scopes()) if isinstance(request.auth, Token) else None


def is_signed_in(request: Request) -> bool:
    """A person or a client's program."""
    return bool(request.user and request.user.is_authenticated) or isinstance(request.auth, Token)


def actor_of(request: Request) -> Actor:
    """Return who acts, read once per call.

    :raises InvalidInput: the `Acting-As` header is malformed or names a hat that the account does not wear.
    """
    if not hasattr(request, "actor"):
        request.actor = _actor(request)
    return request.actor


def _actor(request: Request) -> Actor:
    user = request.user if request.user and request.user.is_authenticated else None
    acting_as = request.headers.get("Acting-As", "")
    if "Acting-As" in request.headers and not acting_as:
        raise invalid("/header/Acting-As", "malformed_hat")
    if user is None and acting_as:
        raise invalid("/header/Acting-As", "hat_not_worn")
    token, at = request.auth if isinstance(request.auth, Token) else None, now()
    actor = actor_for(
        user,
        acting_as=acting_as,
        client_id=token.client_id if token else "",
        scopes=scopes_of(request),
        request_id=getattr(request, "request_id", ""),
        banks=token.banks if token else None,
        staff=token is None or wears_staff_roles(token),
        at=at,
    )
    if token:
        used = {hat.bank_id for hat in actor.hats} if user else token.banks
        client_used(client_id=token.client_id, banks=used, day=day_of(at))
    return actor


def without_account(actor: Actor) -> Actor:
    """The actor of a public operation whose token lacks the scope: nobody in particular."""
    return Actor(client_id=actor.client_id, scopes=frozenset(), request_id=actor.request_id, banks=actor.banks)
