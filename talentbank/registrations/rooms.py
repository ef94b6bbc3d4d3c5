"""What the two rooms of registrations, organizations and professionals, tell the table they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from talentbank.banks.models import Bank
from talentbank.core.actors import Actor, Hat, Side
from talentbank.core.audit import Step, Subject
from talentbank.core.errors import Refusal
from talentbank.core.lifecycle import Part, Table
from talentbank.registrations.models import Registration


@dataclass(frozen=True, slots=True)
class Room:
    """One kind of registration: its rows, its people and its own rules. `kind` is the subject kind of its events."""

    kind: str
    side: Side
    model: type[Registration]
    table: Table
    fields: frozenset[str]
    """Names that people write, and that a reviewer's comment may point at."""
    columns: frozenset[str]
    """Those of `fields` that are columns of the row itself."""
    visible: Callable[[Actor], QuerySet[Any]]
    hat_parts: Callable[[Hat, Any], frozenset[Part]]
    """The parts a hat can play for a row."""
    people: Callable[[Any], set[UUID]]
    """Accounts that are a side of a row: its holder, its owners and members."""
    missing: Callable[[Any], list[str]]
    """Names of fields without which a row cannot be submitted."""
    clash: Callable[[Any], Refusal | None]
    """Why a row cannot run beside the others of its bank, as it would stand with its pending changes."""
    pending_put: Callable[[Any], None]
    """Write a row's pending changes into it."""

    def subject(self, row: Registration) -> Subject:
        return Subject(self.kind, row.pk, row.bank_id)


@dataclass(slots=True)
class RegistrationCase:
    """What guards and effects read: a locked registration and the step that is asked for.

    `parts` are those that the hat of the step may play. `facts` and `texts` collect what the step's event will keep.
    """

    room: Room
    row: Any
    bank: Bank
    step: Step
    parts: frozenset[Part]
    facts: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)

    @property
    def decides_as_staff(self) -> bool:
        """Staff in their own right: neither the holder nor somebody acting for them."""
        return Part.COORDINATOR in self.parts
