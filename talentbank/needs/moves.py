"""One step of a need and what follows from it: the system's rows, and matches that end with it.

Everything here runs under the locks that the calling service took.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from talentbank.core.actors import SYSTEM as SYSTEM_ACTOR
from talentbank.core.actors import Role
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.errors import ActionRefused, NotFound, Refusal
from talentbank.core.lifecycle import Part, Transition
from talentbank.core.models import lock
from talentbank.core.revision import revision_bump
from talentbank.needs.case import NeedCase
from talentbank.needs.effects import EFFECTS
from talentbank.needs.lifecycle import ENDING, TABLE, NeedAction
from talentbank.needs.models import Need, NeedHelper
from talentbank.notifications.services import event_announce
from talentbank.organizations.models import Organization
from talentbank.registrations.dependents import dependents_ended

FOLLOWING = (NeedAction.UNFULFILL, NeedAction.START_PROGRESS, NeedAction.FULFILL, NeedAction.BACK_TO_OPEN)
"""The system's rows that follow the counts of matches, in the order in which they are tried."""


def need_lock(need_id: UUID) -> Need:
    """Lock the organization, then the need, and read it.

    :raises NotFound: no such need.
    """
    organization_id = Need.objects.filter(pk=need_id).values_list("organization_id", flat=True).first()
    if organization_id is None:
        raise NotFound()
    organization = lock(Organization, organization_id)
    need = lock(Need, need_id)
    need.organization = organization
    return need


def case_of(need: Need, step: Step, parts: frozenset[Part]) -> NeedCase:
    return NeedCase(need=need, organization=need.organization, bank=need.bank, step=step, parts=parts)


def system_step(step: Step) -> Step:
    """The step of the system that follows somebody's step: same moment, nobody's words.

    Dated with the day of that moment: what somebody says happened earlier may lie before the last step of what follows.
    """
    return replace(
        step, actor=SYSTEM_ACTOR, role=Role.SYSTEM, on_behalf=None, happened_on=None, reason_codes=(), note="", input={}
    )


def row_for(case: NeedCase, action: str) -> Transition:
    """Find the row for the case's parts and state and ask all its guards.

    :raises ActionRefused: no row, or a guard said no.
    """
    row = TABLE.find_for(action, case.need.state, case.parts)
    if row is None:
        refusals = [Refusal("state_forbids", {"state": case.need.state, "of": "need"})]
    else:
        refusals = [refusal for guard in row.guards if (refusal := guard(case))]
    if row is None or refusals:
        raise ActionRefused(
            state=case.need.state,
            action=action,
            allowed_actions=TABLE.allowed(case.need.state, case.parts),
            refusals=refusals,
        )
    return row


def need_step(case: NeedCase, row: Transition) -> Need:
    """Take one row: its effects, its state, one event, and the matches that end with it."""
    need, step = case.need, case.step
    from_state = need.state
    target = row.target(case) if callable(row.target) else row.target or from_state
    for name in row.effects:
        if name in EFFECTS:
            EFFECTS[name](case)
    if target != from_state:
        need.state, need.state_since = target, step.at
    need.revision = revision_bump(need.bank_id)
    need.save_step(at=step.at)
    need_helper_keep(need, step)
    facts = {**case.facts, "guards": [guard.__name__ for guard in row.guards]}
    if need.closed_reason:
        facts["closed_reason"] = need.closed_reason
    need_event(case, row.action, from_state, facts)
    causes = [cause for effect, cause in ENDING.items() if effect in row.effects]
    for cause in causes:
        dependents_ended("need", need.pk, cause=cause, step=step)
    if causes:
        need.refresh_from_db()  # the matches that ended have written their counts
    return need


def need_helper_keep(need: Need, step: Step) -> None:
    """Remember who acted for the organization on this need."""
    if step.on_behalf and step.actor.user_id:
        NeedHelper.objects.get_or_create(need=need, user_id=step.actor.user_id)


def need_event(case: NeedCase, action: str, from_state: str, facts: dict[str, object]) -> None:
    """Record one event of a need, and that it is to be told."""
    event = event_record(
        Subject("need", case.need.pk, case.need.bank_id),
        case.step,
        action=action,
        from_state=from_state,
        to_state=case.need.state,
        facts=facts,
        texts=case.texts,
    )
    event_announce(event, version=case.need.version)


def system_row(case: NeedCase, action: NeedAction) -> Transition | None:
    """The system's row for an action where state and guards allow it now, else None: it is not due."""
    row = TABLE.find_for(action, case.need.state, [Part.SYSTEM])
    return row if row and not any(guard(case) for guard in row.guards) else None


def need_follow(need: Need, step: Step) -> None:
    """Take the system's rows that the counts call for, each with its own event."""
    for action in FOLLOWING:
        case = case_of(need, system_step(step), frozenset({Part.SYSTEM}))
        case.facts["running"], case.facts["completed"] = need.running, need.completed
        if row := system_row(case, action):
            need_step(case, row)
