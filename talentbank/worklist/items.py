"""What a worklist is made of: something that waits, the basket it lies in, the calls that settle it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from talentbank.core.actors import Actor
from talentbank.core.clock import day_of

SUBJECT_KINDS = ("match", "need", "professional", "organization", "question", "work_report", "complaint", "note")
"""What may wait; see `Waiting.kind`."""

NAMESPACE = UUID("6f0d1c5e-0d0a-5b7b-9a55-2f6f4c8b9a10")
"""Under which an item's key becomes its id: the same item keeps its id, and the id says nothing."""


def item_id(key: str) -> UUID:
    """The id of the item with this key."""
    return uuid5(NAMESPACE, key)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose worklist it is, and when.

    `ranks` False: what only a ranking can tell is taken as given, so that nothing is ranked under a lock.
    """

    actor: Actor
    at: datetime
    ranks: bool = True

    @property
    def today(self) -> date:
        return day_of(self.at)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that waits. `version` is that of the row which the settling call acts on, `record` its address.

    `match` or `need` is the one that a question, report, complaint or note is of, None for what stands by itself.
    `coordinator` looks after it, None: nobody in particular. `barred` names accounts that may not settle it themselves
    under the bank's four eyes.
    """

    kind: str
    id: UUID
    bank_id: UUID
    version: int
    title: str
    since: datetime
    due_on: date | None = None
    reference: str = ""
    record: str = ""
    match: UUID | None = None
    need: UUID | None = None
    coordinator: UUID | None = None
    deputy: UUID | None = None
    barred: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the API. `path` is below its root; `action` is what to name it by."""

    action: str
    method: str
    path: str


def _call(text: str, record: str) -> Call:
    method, _, place = text.rpartition(" ")
    path = place if place.startswith("/") else f"/{record}/{place}"
    return Call(place.rpartition("/")[2], method or "POST", path)


@dataclass(frozen=True, slots=True)
class Item:
    """Something that waits for its reader, in one basket."""

    basket: str
    waiting: Waiting
    settles: tuple[str, ...]
    snoozed_until: date | None = None
    delegated_by: UUID | None = None
    delegated_to: UUID | None = None
    deputy_for: UUID | None = None
    is_mine: bool = True
    """Whether it waits for its reader; a colleague's is shown on request alone."""

    @property
    def key(self) -> str:
        return f"{self.basket}:{self.waiting.kind}:{self.waiting.id}"

    @property
    def id(self) -> UUID:
        return item_id(self.key)

    @property
    def pk(self) -> UUID:
        return self.id

    @property
    def calls(self) -> list[Call]:
        """The calls that settle it. `settles` names an action on the record, `GET …` a place of it, `/…` any place."""
        return [_call(each, self.waiting.record) for each in self.settles]

    @property
    def version(self) -> int:
        """The If-Match of the settling call."""
        return self.waiting.version
