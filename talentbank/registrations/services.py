"""Writing what registrations share: creating, editing, moving along the table, and what time brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from talentbank.accounts.policies import single_hat
from talentbank.core.actors import HELPERS, SYSTEM, Actor, OnBehalf
from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused, Conflict, NotFound, StaleVersion
from talentbank.core.lifecycle import Part
from talentbank.core.models import lock
from talentbank.core.revision import revision_bump
from talentbank.privacy.proxies import proxy_heard
from talentbank.privacy.services import consents_grant, disclosure_record
from talentbank.registrations.dependents import dependents_prepare
from talentbank.registrations.inputs import day_check, input_check
from talentbank.registrations.lifecycle import CASCADING, EDITABLE, REVIEWED
from talentbank.registrations.moves import (
    case_of,
    consent_ids,
    helper_keep,
    registration_event,
    registration_step,
    row_for,
)
from talentbank.registrations.policies import ON_BEHALF, part_for, parts_of
from talentbank.registrations.rooms import RegistrationCase, Room
from talentbank.registrations.selectors import registration_get


class RegistrationNotEditable(Conflict):
    """Under review, rejected or withdrawn: it goes back to its holder before it is edited."""

    code = "registration_not_editable"


@transaction.atomic
def registration_transition(*, room: Room, id: UUID, action: str, expected_version: int | None, step: Step) -> Any:
    """This function will move one registration along the table and record the step. It chooses the step's role itself.

    `step.input`: `comments` {pointer: text} of request-changes, `decision` {document_number, decided_on,
    decided_by_title} of decisions, `consents` [kind] of submit and renew, `paused_from`, `paused_until` and
    `pause_reason` of pause.

    :raises InvalidInput: with a pointer for everything that is wrong with the step.
    :raises NotFound: absent, or out of the actor's scope.
    :raises Forbidden: no hat of the actor plays a part that may do this.
    :raises ActingAsRequired: several do.
    :raises StaleVersion: somebody moved it since the caller looked.
    :raises ActionRefused: with the state, the allowed actions and every guard that refused.
    """
    input_check(room, action, step)
    require_visible(room, step.actor, id, step.on_behalf)
    if action in CASCADING:
        dependents_prepare(room.kind, id)
    row = lock(room.model, id)
    parts, role = part_for(room, step.actor, row, room.table.parts_for(action), step.on_behalf)
    proxy_heard(about=room.kind, whose=room.subject(row), step=step)
    require_version(row, expected_version)
    case = case_of(room, row, replace(step, role=role), parts)
    day_check(room, row, step)
    consents_take(case, step.input.get("consents", ()))
    registration_step(case, row_for(case, action))
    return row


@transaction.atomic
def registration_tick(*, room: Room, id: UUID, action: str, at: datetime) -> bool:
    """This function will take one row of the system's for one registration; False when it is not due."""
    if action in CASCADING:
        dependents_prepare(room.kind, id)
    row = lock(room.model, id)
    case = case_of(room, row, Step(actor=SYSTEM, at=at), frozenset({Part.SYSTEM}))
    try:
        transition = row_for(case, action)
    except ActionRefused:
        return False
    registration_step(case, transition)
    return True


def registration_created(room: Room, row: Any, *, step: Step, consents: Iterable[str], fields: Iterable[str]) -> None:
    """Finish a registration that was just saved: consents, the helper, and its one event."""
    case = case_of(room, row, step, frozenset({Part.HOLDER}))
    consents_take(case, consents)
    helper_keep(room, row, step)
    case.facts |= {"fields": sorted(fields), "consents": consent_ids(room, row)}
    registration_event(case, "create", "")


def registration_draft(row: Any, step: Step) -> None:
    """Put on a new row what every registration carries, and the bank's next revision."""
    row.channel = step.channel
    row.entered_by_id = step.actor.user_id
    row.created_at = row.updated_at = step.at
    row.revision = revision_bump(row.bank_id)


@dataclass(slots=True)
class Changes:
    """What an edit changes: `live` at once, `pending` as the whole of what then waits for a coordinator."""

    live: dict[str, Any]
    pending: dict[str, Any]
    before: dict[str, Any]

    def waiting(self, row: Any) -> list[str]:
        """Names that begin, change or cease to wait."""
        names = {*self.pending, *row.pending_changes}
        return sorted(name for name in names if self.pending.get(name) != row.pending_changes.get(name))


def changes_of(row: Any, values: Mapping[str, Any], waiting: frozenset[str]) -> Changes:
    """Tell what `values` change. After an approval those of `waiting` wait; a value like the live one waits no more."""
    held_back = waiting if row.registration_state in REVIEWED else frozenset()
    changed = {name: value for name, value in values.items() if value != getattr(row, name)}
    pending = {name: value for name, value in row.pending_changes.items() if name not in values}
    pending |= {name: value for name, value in changed.items() if name in held_back}
    live = {name: value for name, value in changed.items() if name not in held_back}
    return Changes(live, pending, {name: getattr(row, name) for name in live})


def changes_put(case: RegistrationCase, changes: Changes) -> bool:
    """Save an edit with its one event, which names the changed fields only; False when nothing changes."""
    row, waiting = case.row, changes.waiting(case.row)
    if not changes.live and not waiting:
        return False
    case.facts |= {"fields": sorted(changes.live), "pending": waiting}
    case.texts |= {"before": changes.before, "after": changes.live, "waiting": changes.pending}
    for name, value in changes.live.items():
        if name in case.room.columns:
            setattr(row, name, value)
    if waiting:
        row.pending_by_id = case.step.actor.user_id if changes.pending else None
        row.pending_changes = changes.pending
    if row.registration_state in REVIEWED and not case.decides_as_staff:  # what staff write needs no staff to read it
        row.changed_since_review = sorted({*row.changed_since_review, *changes.live})
    row.revision = revision_bump(row.bank_id)
    row.save_step(at=case.step.at)
    helper_keep(case.room, row, case.step)
    registration_event(case, "update", row.registration_state)
    return True


def consents_take(case: RegistrationCase, kinds: Iterable[str]) -> None:
    """Record consents that came with a step; a proxy whom staff listened to needs the power to give them."""
    step, subject = case.step, case.room.subject(case.row)
    if kinds := tuple(kinds):
        proxy_heard(about="consent", whose=subject, step=step)
        consents_grant(subject=subject, kinds=kinds, actor=step.actor, channel=step.channel, at=step.at)


def contacts_read(*, room: Room, actor: Actor, row: Any, fields: Sequence[str], at: datetime) -> bool:
    """This function will log that staff read a holder's contacts; the holder's own reads are nobody's business.

    Returns whether it was logged.
    """
    if parts_of(room, actor, row) & ON_BEHALF or actor.user_id in room.people(row):
        return False
    staff = [hat for hat in actor.worn if hat.bank_id == row.bank_id and hat.role in HELPERS]
    disclosure_record(
        subject=room.subject(row), actor=actor, role=single_hat(staff).role, match_id=None, fields=fields, at=at
    )
    return True


def require_visible(room: Room, actor: Actor, id: UUID, on_behalf: OnBehalf | None) -> None:
    """:raises NotFound: absent, or out of the actor's scope."""
    if actor is SYSTEM:
        if not room.model._default_manager.filter(pk=id).exists():
            raise NotFound()
        return
    registration_get(room, actor, id, for_helper=on_behalf is not None)


def require_version(row: Any, expected_version: int | None) -> None:
    """:raises StaleVersion: the registration has moved on. None asks for no check."""
    if expected_version is not None and row.version != expected_version:
        raise StaleVersion(version=row.version)


def require_editable(row: Any) -> None:
    """:raises RegistrationNotEditable: neither the holder's to write nor approved."""
    if row.registration_state not in EDITABLE | REVIEWED:
        raise RegistrationNotEditable(state=row.registration_state)
