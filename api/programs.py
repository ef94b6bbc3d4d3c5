"""What a client is technically, as callers send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.idp.oidc.models import Client

from api.serializers import StrictCharField, StrictChoiceField, StrictListField, StrictSerializer
from talentbank.accounts.oidc import SCOPES
from talentbank.accounts.programs import GRANTS, Program

KINDS = list(Client.Type.values)
PROGRAM_FIELDS = ("name", "kind", "scopes", "grant_types", "redirect_uris", "line_channel_id")


class ProgramFields(StrictSerializer):
    """A program; the first four of its fields are never missing where it is new."""

    name = StrictCharField(max_length=100, required=False, help_text="Shown to people who are asked for consent.")
    kind = StrictChoiceField(KINDS, required=False, component="ClientKind", help_text="`public` needs PKCE.")
    scopes = StrictListField(
        child=StrictChoiceField(list(SCOPES), component="Scope"),
        min_length=1,
        max_length=50,
        unique=True,
        required=False,
    )
    grant_types = StrictListField(
        child=StrictChoiceField(list(GRANTS), component="GrantType"),
        min_length=1,
        max_length=5,
        unique=True,
        required=False,
    )
    redirect_uris = StrictListField(
        child=StrictCharField(max_length=500),
        max_length=10,
        unique=True,
        required=False,
        help_text="Compared letter by letter; loopback addresses may take any port.",
    )
    line_channel_id = StrictCharField(
        max_length=10,
        required=False,
        help_text="The LINE Login channel of a mini-app whose ID tokens it exchanges; with that grant alone.",
    )


def program_of(values: Mapping[str, Any]) -> Program:
    """The program of an input."""
    return Program(
        name=values["name"],
        kind=values["kind"],
        scopes=tuple(values["scopes"]),
        grant_types=tuple(values["grant_types"]),
        redirect_uris=tuple(values.get("redirect_uris", ())),
        line_channel_id=values.get("line_channel_id", ""),
    )
