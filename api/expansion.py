"""`?expand=`: what a row names by id, shown in full beside it.

An expansion follows an id that the row itself shows to this caller, and shows what a list of that resource would: so a
card, an anonymous organization and whatever the caller may not read stay closed, and contacts are never in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework import serializers

from api.authentication import without_account
from api.permissions import missing_scopes
from api.preconditions import etag_of, version_of
from talentbank.core.actors import Actor

Expansion = Callable[[Any, frozenset[str]], dict[str, Any]]
"""`expansion(operation, ids)`: the representations of those rows that the caller may read, by id."""


class ExpandedObject(serializers.Field):
    """In the spec: the output of another resource, or null; there where `expand` names it."""

    def __init__(self, output: Any) -> None:
        super().__init__(required=False, allow_null=True)
        self.output = output


class ExpandedObjects(serializers.Serializer):
    """Base of what stands under `expanded`: an `ExpandedObject` for each name that `expand` takes."""


def expanded_field(objects: type[ExpandedObjects]) -> ExpandedObjects:
    """The member `expanded` of a row. `RowOutput` leaves it out; `expand` adds it."""
    return objects(required=False, help_text="With `expand` alone. Null: the caller cannot read it, or there is none.")


def expand(operation: Any, rows: list[Any]) -> list[Any]:
    """Return representations of rows with what the caller asked for, as many queries for a page as for one row."""
    names = sorted(operation.expand)
    if not names:
        return rows
    wanted = {name: frozenset(id for row in rows if (id := _named(row, name))) for name in names}
    found = {name: operation.expandable[name](operation, ids) if ids else {} for name, ids in wanted.items()}
    return [_with(row, {name: found[name].get(_named(row, name)) for name in names}) for row in rows]


def reader_with(operation: Any, scope: str) -> Actor:
    """The caller as another resource knows it: without an account where the token lacks that resource's scope."""
    actor: Actor = operation.actor
    return without_account(actor) if missing_scopes(operation.request, (scope,)) else actor


def context_for(operation: Any, reader: Actor) -> dict[str, Any]:
    """What outputs of another resource may look at. Not the operation's own context, which may open contacts."""
    return {"request": operation.request, "actor": reader, "expand": frozenset(), "at": operation.at}


def by_id(rows: list[Any]) -> dict[str, Any]:
    return {row["id"]: row for row in rows}


def _named(row: Mapping[str, Any], name: str) -> str:
    """The id by which a row names another one; blank where it names none."""
    return (row.get(name) or {}).get("id") or ""


def _with(row: Mapping[str, Any], objects: dict[str, Any]) -> dict[str, Any]:
    """The row with the objects; its ETag has the same version and the digest of all."""
    values = {name: value for name, value in row.items() if name != "etag"} | {"expanded": objects}
    version = version_of(row["etag"])
    assert version is not None
    return {**values, "etag": etag_of(version, values)}
