"""The audit chain: every step of a record is one event, chained per subject and per bank."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from talentbank.core.actors import Actor, Channel, OnBehalf, Role
from talentbank.core.clock import day_of
from talentbank.core.models import AuditHead, Event, EventText

CHAINED = (
    "id",
    "bank_id",
    "sequence",
    "subject_kind",
    "subject_id",
    "position",
    "action",
    "from_state",
    "to_state",
    "at",
    "happened_on",
    "actor_id",
    "actor_role",
    "on_behalf_of",
    "channel",
    "client_id",
    "request_id",
    "reason_codes",
    "facts",
    "text_digest",
    "previous_hash",
    "bank_previous_hash",
)
"""Fields under the hash: everything an event states."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: kind and id, no foreign key upward."""

    kind: str
    id: UUID
    bank_id: UUID


@dataclass(frozen=True, slots=True)
class Step:
    """What a caller brings to a step.

    `happened_on` may lie before `at` (a phone call of Friday typed on Monday). `input` is the action's own input.
    """

    actor: Actor
    at: datetime
    role: Role = Role.SYSTEM
    on_behalf: OnBehalf | None = None
    happened_on: date | None = None
    reason_codes: tuple[str, ...] = ()
    note: str = ""
    input: dict[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return self.happened_on or day_of(self.at)

    @property
    def channel(self) -> Channel:
        """How what is said reached us: the person, where staff act on behalf, else the call."""
        return self.on_behalf.channel if self.on_behalf else self.actor.channel


def canonical(value: Any) -> str:
    """Render a value as JSON with sorted keys, for hashing."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def text_digest(salt: str, content: dict[str, Any]) -> str:
    """Return the salted SHA-256 of an event's texts."""
    return hashlib.sha256((salt + canonical(content)).encode()).hexdigest()


def event_hash(event: Event) -> str:
    """Return the SHA-256 over an event's chained fields, times in UTC."""
    values = {name: getattr(event, name) for name in CHAINED}
    values["at"] = event.at.timestamp()
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def event_record(
    subject: Subject,
    step: Step,
    *,
    action: str,
    from_state: str,
    to_state: str,
    facts: dict[str, Any] | None = None,
    texts: dict[str, Any] | None = None,
) -> Event:
    """Append one event. Call it last in the transaction: it takes the lock of the bank's audit head.

    A call that waited for another's lock began before that one's event: its own is dated with it, never before it.
    A proxy whom staff listened to is a fact of it by id alone; that it may speak was asked before the step.
    """
    head = _locked_head(subject.bank_id)
    last = Event.objects.filter(subject_kind=subject.kind, subject_id=subject.id).order_by("-position").first()
    words = {name: text for name, text in {**(texts or {}), "note": step.note, **_evidence(step)}.items() if text}
    content = json.loads(canonical(words))  # an edit may tell of days, which JSON does not know
    salt = secrets.token_hex(16)
    event = Event(
        bank_id=subject.bank_id,
        sequence=head.sequence + 1,
        subject_kind=subject.kind,
        subject_id=subject.id,
        position=last.position + 1 if last else 1,
        action=action,
        from_state=from_state,
        to_state=to_state,
        at=max(step.at, last.at) if last else step.at,
        happened_on=step.day,
        actor_id=step.actor.user_id,
        actor_role=step.role,
        on_behalf_of=step.on_behalf.side if step.on_behalf else "",
        channel=step.channel,
        client_id=step.actor.client_id,
        request_id=step.actor.request_id,
        reason_codes=list(step.reason_codes),
        facts=json.loads(canonical({**(facts or {}), **_proxy(step)})),
        text_digest=text_digest(salt, content) if content else "",
        previous_hash=last.hash if last else "",
        bank_previous_hash=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    if content:
        EventText.objects.create(event=event, salt=salt, content=content)
    AuditHead.objects.filter(pk=head.pk).update(sequence=event.sequence, hash=event.hash)
    return event


def _evidence(step: Step) -> dict[str, str]:
    return {"evidence_note": step.on_behalf.evidence_note} if step.on_behalf else {}


def _proxy(step: Step) -> dict[str, UUID]:
    return {"proxy": step.on_behalf.proxy} if step.on_behalf and step.on_behalf.proxy else {}


def _locked_head(bank_id: UUID) -> AuditHead:
    heads = AuditHead.objects.select_for_update(of=("self",))
    head = heads.filter(pk=bank_id).first()
    if head is None:
        AuditHead.objects.get_or_create(bank_id=bank_id)
        head = heads.get(pk=bank_id)
    return head
