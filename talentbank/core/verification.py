"""Reading the record against itself: chains, heads, texts, and the rows whose states it tells.

Memory is bounded by the number of records, not of events: per subject only its last link is kept. All is read as of
one moment, so that steps taken meanwhile are neither missed nor taken for tampering.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import models

from talentbank.core.audit import event_hash, text_digest
from talentbank.core.heads import ExportedHead
from talentbank.core.models import AuditHead, Event
from talentbank.core.snapshot import snapshot

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written: what, in which bank, at which event, about which record."""

    what: str
    bank: str
    sequence: int | None = None
    subject: str = ""

    def __str__(self) -> str:
        place = f" event {self.sequence}" if self.sequence is not None else ""
        return f"{self.what}: bank {self.bank}{place}{f' ({self.subject})' if self.subject else ''}"


@dataclass(frozen=True, slots=True)
class Audited:
    """A kind of record whose state its last event tells."""

    kind: str
    model: type[models.Model]
    state_field: str


_audited: list[Audited] = []


def register_audited(kind: str, model: type[models.Model], state_field: str) -> None:
    """Join the kinds whose rows are compared with the record; called when a room is ready."""
    _audited.append(Audited(kind, model, state_field))


@dataclass(slots=True)
class _Link:
    """The last event seen of one subject."""

    position: int = 0
    hash: str = ""
    state: str = ""


@dataclass(slots=True)
class _Walk:
    """One bank's chain while it is read."""

    bank: str
    exported: Mapping[int, set[str]]
    """Sequence → the hashes that were exported for it."""
    sequence: int = 0
    hash: str = ""
    links: dict[tuple[str, UUID], _Link] = field(default_factory=dict)

    def step(self, event: Event) -> Iterator[Finding]:
        """Compare one event with what stands before it."""
        subject = f"{event.subject_kind} {event.subject_id}"
        link = self.links.setdefault((event.subject_kind, event.subject_id), _Link())
        wrong = (
            ("event changed", event_hash(event) != event.hash),
            ("event missing", event.sequence != self.sequence + 1),
            ("chain of the bank broken", event.bank_previous_hash != self.hash),
            ("event of the record missing", event.position != link.position + 1),
            ("chain of the record broken", event.previous_hash != link.hash),
            ("words changed", _words_changed(event)),
            ("exported head differs", self.exported.get(event.sequence, {event.hash}) != {event.hash}),
        )
        yield from (Finding(what, self.bank, event.sequence, subject) for what, is_wrong in wrong if is_wrong)
        self.sequence, self.hash = event.sequence, event.hash
        link.position, link.hash, link.state = event.position, event.hash, event.to_state

    def end(self, head: AuditHead | None) -> Iterator[Finding]:
        """Compare the last event with the kept head and the exported ones."""
        kept = (head.sequence, head.hash) if head else (0, "")
        if kept != (self.sequence, self.hash):
            yield Finding("end of the chain differs from its head", self.bank, kept[0])
        for sequence in sorted(self.exported):
            if sequence > self.sequence:
                yield Finding("chain ends before an exported head", self.bank, sequence)


def _words_changed(event: Event) -> bool:
    """Whether kept words no longer fit their digest. Erased words leave the digest alone: that is no change."""
    text = getattr(event, "text", None)
    return text is not None and text_digest(text.salt, text.content) != event.text_digest


def verify(*, bank_ids: Iterable[UUID] | None = None, heads: Iterable[ExportedHead] = ()) -> Iterator[Finding]:
    """Yield everything in the record of these banks (all, if None) that is not as it was written."""
    exported = list(heads)
    with snapshot():
        for bank_id in sorted(bank_ids if bank_ids is not None else _banks(exported)):
            yield from _bank(bank_id, [head for head in exported if head.bank == str(bank_id)])


def _bank(bank_id: UUID, heads: Sequence[ExportedHead]) -> Iterator[Finding]:
    exported: dict[int, set[str]] = defaultdict(set)
    for head in heads:
        exported[head.sequence].add(head.hash)
    walk = _Walk(str(bank_id), exported)
    events = Event.objects.filter(bank_id=bank_id).select_related("text").order_by("sequence")
    for event in events.iterator(chunk_size=CHUNK):
        yield from walk.step(event)
    yield from walk.end(AuditHead.objects.filter(pk=bank_id).first())
    yield from _records(walk, bank_id)


def _banks(heads: Iterable[ExportedHead]) -> set[UUID]:
    """Every bank that has events, a head, an exported head or audited rows."""
    found = set(Event.objects.order_by().values_list("bank_id", flat=True).distinct())
    found |= set(AuditHead.objects.values_list("bank_id", flat=True))
    found |= {UUID(head.bank) for head in heads}
    for audited in _audited:
        found |= set(audited.model._default_manager.order_by().values_list("bank_id", flat=True).distinct())
    return found


def _records(walk: _Walk, bank_id: UUID) -> Iterator[Finding]:
    """Compare each record's state with its last event, both ways."""
    for audited in _audited:
        rows = audited.model._default_manager.filter(bank_id=bank_id).order_by("pk")
        known = {subject for kind, subject in walk.links if kind == audited.kind}
        for pk, state in rows.values_list("pk", audited.state_field).iterator(chunk_size=CHUNK):
            known.discard(pk)
            link = walk.links.get((audited.kind, pk))
            if link is None:
                yield Finding("record without events", walk.bank, None, f"{audited.kind} {pk}")
            elif link.state != state:
                told = f"{audited.kind} {pk}: {state}, told {link.state}"
                yield Finding("state differs from the record", walk.bank, None, told)
        yield from (Finding("record gone", walk.bank, None, f"{audited.kind} {pk}") for pk in sorted(known))
