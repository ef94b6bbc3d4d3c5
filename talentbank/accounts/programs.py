"""What a client is technically, and what may be said of it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Client

from talentbank.accounts.addresses import origin_problem, redirect_problem
from talentbank.accounts.oidc import TOKEN_EXCHANGE
from talentbank.core.clock import day_of
from talentbank.core.errors import FieldError, InvalidInput

OPENID_SCOPES = ("openid", "profile", "email")
ID_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:id_token"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
GRANTS = (*Client.GrantType.values, TOKEN_EXCHANGE)
CHANNEL = re.compile(r"[0-9]{10}\Z")
DECIDING_SCOPES = frozenset({"matches:decide", "bank:admin", "vocabulary:write", "webhooks:manage"})
"""Not for programs that one signs in to without the page on which one's own sign-in is seen."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a client is technically. `kind` is `public` (browser, phone) or `confidential` (a server)."""

    name: str
    kind: str
    scopes: tuple[str, ...]
    grant_types: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()
    line_channel_id: str = ""
    """The LINE Login channel of a mini-app, whose ID tokens it may exchange."""


def channel_of(client: Client) -> str:
    """The LINE channel of a client; empty where it has none."""
    return str((client.data or {}).get("line_channel_id", ""))


def program_check(program: Program) -> None:
    """:raises InvalidInput: a redirect address that is not exact, a grant that does not fit the kind."""
    wrong = [(f"/redirect_uris/{n}", redirect_problem(uri)) for n, uri in enumerate(program.redirect_uris)]
    errors = [FieldError(pointer, code) for pointer, code in wrong if code]
    if Client.GrantType.AUTHORIZATION_CODE in program.grant_types and not program.redirect_uris:
        errors.append(FieldError("/redirect_uris", "required"))
    public = program.kind == Client.Type.PUBLIC
    if public and Client.GrantType.CLIENT_CREDENTIALS in program.grant_types:
        errors.append(FieldError("/grant_types", "needs_a_secret"))
    if not public and Client.GrantType.DEVICE_CODE in program.grant_types:
        errors.append(FieldError("/grant_types", "needs_a_public_client"))
    if {Client.GrantType.DEVICE_CODE, TOKEN_EXCHANGE} & set(program.grant_types):
        errors += [
            FieldError(f"/scopes/{n}", "scope_needs_sign_in_page")
            for n, scope in enumerate(program.scopes)
            if scope in DECIDING_SCOPES
        ]
    errors += _channel_errors(program)
    if errors:
        raise InvalidInput(errors)


def program_save(program: Program) -> tuple[Client, str]:
    """This function will keep a program as a client that no bank lets in yet; return it with its secret.

    :raises InvalidInput: as `program_check`.
    """
    program_check(program)
    channel = {"line_channel_id": program.line_channel_id} if program.line_channel_id else None
    client = Client(name=program.name, type=program.kind, data=channel)
    client.set_scopes([*OPENID_SCOPES, *program.scopes])
    client.set_grant_types(list(program.grant_types))
    client.set_redirect_uris(list(program.redirect_uris))
    secret = secrets.token_urlsafe(48)
    client.set_secret(secret)
    client.save(force_insert=True)
    return client, secret


def _channel_errors(program: Program) -> list[FieldError]:
    """A channel is for the token exchange, and the token exchange for a channel."""
    exchanges = TOKEN_EXCHANGE in program.grant_types
    if exchanges and not program.line_channel_id:
        return [FieldError("/line_channel_id", "required")]
    if program.line_channel_id and not (exchanges and CHANNEL.match(program.line_channel_id)):
        return [FieldError("/line_channel_id", "line_channel_invalid")]
    return []


def facts_check(facts: Mapping[str, Any], at: datetime) -> None:
    """:raises InvalidInput: an origin that is none, a last day in the past."""
    wrong = [(f"/allowed_origins/{n}", origin_problem(each)) for n, each in enumerate(facts.get("allowed_origins", ()))]
    errors = [FieldError(pointer, code) for pointer, code in wrong if code]
    if "valid_until" in facts and facts["valid_until"] < day_of(at):
        errors.append(FieldError("/valid_until", "in_the_past"))
    if errors:
        raise InvalidInput(errors)
