"""Where the shots go: the ids, versions and callers of the matrix in place of invented ones, which would all be 404."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import UUID

from schemathesis.core.parameters import ParameterLocation

from tests.api.matrix.attack.door import Door
from tests.api.matrix.calls import Call, call_of, operations
from tests.api.matrix.table import rows
from tests.api.matrix.world import ACTORS, Thing, World

CODES = ("areas", "problems", "skills")
"""Optional fields of codes from the bank's lists: a drawn code is in none of them."""
ETAG = re.compile(r'"[1-9][0-9]{0,9}\.[0-9a-f]{16}"\Z')


@dataclass(frozen=True, slots=True)
class Target:
    """A row of the matrix with who calls: the call that would be in order."""

    actor: str
    thing: Thing | None
    call: Call

    @property
    def ids(self) -> dict[str, str]:
        own = self.thing.ids if self.thing else {}
        return {"list": "channels", **{name: str(value) for name, value in own.items()}}


class Aim:
    """Turns of targets for every operation: the rows of the matrix, each for `actor`, or for all who may.

    Before each call `get` and `set` give it a token, then `take` its ids.
    """

    def __init__(self, world: World, door: Door, actor: str = "") -> None:
        self.world, self.door, self.actor = world, door, actor
        self.turns = {id: cycle(self._targets(id)) for id in operations()}
        self.last: dict[str, Target] = {}

    def _targets(self, id: str) -> list[Target]:
        return list(self._found(id)) or [Target(self.actor or "bank_admin", None, Call("", "", None))]

    def _found(self, id: str) -> Iterator[Target]:
        for row in rows():
            if row.operation != id:
                continue
            thing = self.world.things[row.on] if row.on else None
            call = call_of(self.world, operations()[id], thing, row.sends)
            may = [each for each in ACTORS if row.expected[each] == "ok"]
            yield from (Target(each, thing, call) for each in ([self.actor] if self.actor else may))

    def get(self, case: Any) -> str:
        id = operation_id(case)
        target = self.last[id] = next(self.turns[id])
        if target.actor == "anonymous":
            return ""
        return self.world.token(target.actor, target.thing, without=operations()[id].scopes)

    def set(self, case: Any, token: str) -> None:
        if token:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    def take(self, case: Any) -> None:
        """Put the target's ids and version where valid ones were drawn; what was drawn to be wrong stays wrong."""
        target = self.last.get(operation_id(case))
        if target is None:
            return
        if self._is_drawn(case, ParameterLocation.PATH):
            case.path_parameters = self._replaced(case.path_parameters, target.ids)
        if self._is_drawn(case, ParameterLocation.HEADER):
            case.headers = self._addressed(case.headers, target)
        if self._is_drawn(case, ParameterLocation.BODY) and isinstance(case.body, dict):
            real = {name: each for name, each in (target.call.body or {}).items() if name == "bank" or is_id(each)}
            known = {name: value for name, value in case.body.items() if name not in CODES}
            case.body = self._replaced(known if self._is_walked(case) else case.body, real)
        if self._is_drawn(case, ParameterLocation.QUERY) and case.query:
            case.query = self._replaced(case.query, self._asked(target))

    @staticmethod
    def _is_walked(case: Any) -> bool:
        """Whether it is a step of a scenario, where a row that is never made ends the walk: no unknown codes there."""
        return case.meta is not None and case.meta.phase.name.value == "stateful"

    def _addressed(self, headers: dict[str, Any], target: Target) -> dict[str, Any]:
        """The headers with the row's version and without a hat, which only its wearer knows."""
        kept = {name: each for name, each in headers.items() if name.lower() != "acting-as"}
        etag = str(kept.get("If-Match", ""))
        if target.call.etag and ETAG.match(etag) and etag.strip('"') not in self.door.said:
            kept["If-Match"] = target.call.etag
        return kept

    def _asked(self, target: Target) -> dict[str, str]:
        """Ids in a query that decide what is answered at all; filters stay as they were drawn."""
        subject = str(getattr(target.thing.row, "subject_id", "")) if target.thing else ""
        return {"bank": self.world.bank.slug, **({"subject": subject} if subject else {})}

    def _replaced(self, drawn: dict[str, Any], real: dict[str, Any]) -> dict[str, Any]:
        return {
            name: real[name] if name in real and isinstance(value, str) and value not in self.door.said else value
            for name, value in drawn.items()
        }

    @staticmethod
    def _is_drawn(case: Any, where: ParameterLocation) -> bool:
        """Whether what stands there is meant to be valid. A call that is meant so as a whole may still hold a slip."""
        meta = case.meta
        if meta is None or meta.generation.mode.is_positive:
            return True
        return where in meta.components and not meta.is_negative_at(where)


def operation_id(case: Any) -> str:
    return str(case.operation.definition.raw["operationId"])


def is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
