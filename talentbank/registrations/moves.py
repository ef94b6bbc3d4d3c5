"""One step of a registration and what follows from it. Everything here runs under the locks that the caller took."""

from __future__ import annotations

from typing import Any

from talentbank.core.audit import Step, event_record
from talentbank.core.errors import ActionRefused, Refusal
from talentbank.core.lifecycle import Part, Transition
from talentbank.core.revision import revision_bump
from talentbank.notifications.services import event_announce
from talentbank.privacy.selectors import consents_running
from talentbank.registrations.dependents import dependents_ended
from talentbank.registrations.effects import EFFECTS
from talentbank.registrations.lifecycle import ENDING, RegistrationAction
from talentbank.registrations.models import RegistrationHelper
from talentbank.registrations.rooms import RegistrationCase, Room


def case_of(room: Room, row: Any, step: Step, parts: frozenset[Part]) -> RegistrationCase:
    return RegistrationCase(room=room, row=row, bank=row.bank, step=step, parts=parts)


def row_for(case: RegistrationCase, action: str) -> Transition:
    """Find the table's row for the case's parts and state and ask all its guards.

    :raises ActionRefused: no row, or a guard said no.
    """
    state = case.row.registration_state
    transition = case.room.table.find_for(action, state, case.parts)
    if transition is None:
        refusals = [Refusal("state_forbids", {"state": state, "of": "registration"})]
    else:
        refusals = [refusal for guard in transition.guards if (refusal := guard(case))]
    if transition is None or refusals:
        raise ActionRefused(
            state=state,
            action=action,
            allowed_actions=case.room.table.allowed(state, case.parts),
            refusals=refusals,
        )
    return transition


def registration_step(case: RegistrationCase, transition: Transition) -> None:
    """Take one row of the table: its effects, its state, one event, and what ends with it."""
    row, from_state = case.row, case.row.registration_state
    for name in transition.effects:
        if name in EFFECTS:
            EFFECTS[name](case)
    if isinstance(transition.target, str):
        row.registration_state = transition.target
    row.revision = revision_bump(row.bank_id)
    row.save_step(at=case.step.at)
    helper_keep(case.room, row, case.step)
    case.facts["guards"] = [guard.__name__ for guard in transition.guards]
    if transition.action in {RegistrationAction.SUBMIT, RegistrationAction.RENEW}:
        case.facts["consents"] = consent_ids(case.room, row)
    registration_event(case, transition.action, from_state)
    for effect, cause in ENDING.items():
        if effect in transition.effects:
            dependents_ended(case.room.kind, row.pk, cause=cause, step=case.step)


def consent_ids(room: Room, row: Any) -> list[str]:
    """Ids of the consents that run, for the event's facts."""
    return [str(pk) for pk in consents_running(room.subject(row)).order_by("id").values_list("pk", flat=True)]


def helper_keep(room: Room, row: Any, step: Step) -> None:
    """Remember who acted for the holder of this registration."""
    if step.on_behalf and step.actor.user_id:
        RegistrationHelper.objects.get_or_create(subject_kind=room.kind, subject_id=row.pk, user_id=step.actor.user_id)


def registration_event(case: RegistrationCase, action: str, from_state: str) -> None:
    """Record one event of a registration, and that it is to be told."""
    event = event_record(
        case.room.subject(case.row),
        case.step,
        action=action,
        from_state=from_state,
        to_state=case.row.registration_state,
        facts=case.facts,
        texts=case.texts,
    )
    event_announce(event, version=case.row.version)
