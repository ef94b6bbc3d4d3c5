"""Declarative transition tables: what registrations, needs and matches share. Pure; a table is the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from talentbank.core.errors import DomainError, Refusal

Guard = Callable[..., Refusal | None]
"""`guard(subject, step)`: None, or why not. `step` is what the asking service knows: actor, input, at."""


class Part(StrEnum):
    """The part an actor plays in a row of a table."""

    PROFESSIONAL = "professional"
    ORGANIZATION = "organization"
    OWNER = "owner"
    HOLDER = "holder"
    COORDINATOR = "coordinator"
    BANK_ADMIN = "bank_admin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table.

    `sources` empty means creation; `target` None keeps the state; a callable reads the subject to choose.
    `guards` all run, and each that refuses says why. `effects` are names run by the service in its transaction.
    """

    action: str
    sources: frozenset[str]
    target: str | Callable[[Any], str] | None
    parts: frozenset[Part]
    guards: tuple[Guard, ...] = ()
    effects: tuple[str, ...] = ()
    note: str = ""

    @property
    def by_system_only(self) -> bool:
        return self.parts == {Part.SYSTEM}


class Table:
    """The transitions of one kind of record, in the order of the contract."""

    def __init__(self, kind: str, rows: Sequence[Transition]) -> None:
        self.kind = kind
        self.rows = tuple(rows)

    def actions(self) -> list[str]:
        """Every action once, in table order."""
        return list(dict.fromkeys(row.action for row in self.rows))

    def find(self, action: str, state: str) -> Transition | None:
        """The row for an action in a state, whoever asks."""
        return next((row for row in self.rows if row.action == action and state in row.sources), None)

    def parts_for(self, action: str) -> frozenset[Part]:
        """Everybody who may ever do `action`."""
        return frozenset().union(*(row.parts for row in self.rows if row.action == action))

    def find_for(self, action: str, state: str, parts: Iterable[Part]) -> Transition | None:
        """The row for an action in a state that one of `parts` may take."""
        mine = frozenset(parts)
        return next(
            (row for row in self.rows if row.action == action and state in row.sources and row.parts & mine), None
        )

    def allowed(self, state: str, parts: Iterable[Part]) -> list[str]:
        """Actions open to `parts` in `state` by state and role alone; guards are not asked."""
        mine = frozenset(parts)
        names = (row.action for row in self.rows if state in row.sources and row.parts & mine)
        return list(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class ActionAnswer:
    """Whether a caller may take an action now, and if not why. `on_behalf`: only for somebody else.

    `requires` names the input that the action asks for.
    """

    action: str
    allowed: bool
    refusals: tuple[Refusal | DomainError, ...]
    requires: tuple[str, ...]
    on_behalf: bool = False
