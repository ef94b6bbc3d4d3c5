"""What a client is technically, and what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Client

from talentbank.accounts.addresses import origin_problem, redirect_problem
from talentbank.core.clock import day_of
from talentbank.core.errors import FieldError, InvalidInput


@dataclass(frozen=True, slots=True)
class Program:
    """What a client is technically. `kind` is `public` (browser, phone) or `confidential` (a server)."""

    name: str
    kind: str
    scopes: tuple[str, ...]
    grant_types: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()


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
    if errors:
        raise InvalidInput(errors)


def facts_check(facts: Mapping[str, Any], at: datetime) -> None:
    """:raises InvalidInput: an origin that is none, a last day in the past."""
    wrong = [(f"/allowed_origins/{n}", origin_problem(each)) for n, each in enumerate(facts.get("allowed_origins", ()))]
    errors = [FieldError(pointer, code) for pointer, code in wrong if code]
    if "valid_until" in facts and facts["valid_until"] < day_of(at):
        errors.append(FieldError("/valid_until", "in_the_past"))
    if errors:
        raise InvalidInput(errors)
