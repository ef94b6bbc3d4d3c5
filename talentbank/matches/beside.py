"""Acts on record beside the table: reports, evaluations and the like. They move no state, and each is one event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused, NotFound, Refusal
from talentbank.core.lifecycle import Part
from talentbank.matches.case import Case
from talentbank.matches.guards import staff_is_no_side
from talentbank.matches.locks import lock_match
from talentbank.matches.policies import part_for, require_proxy, sees


def case_beside(match_id: UUID, step: Step, parts: Iterable[Part]) -> Case:
    """Lock a match for an act of one of `parts`, and choose the part.

    :raises NotFound: absent, or the actor does not see it.
    :raises Forbidden: no hat of the actor plays one of these parts.
    :raises InvalidInput: a proxy is named who may not speak here.
    """
    case = lock_match(match_id, step, whole_need=False)
    if not sees(step.actor, case.match, step.on_behalf):
        raise NotFound()
    case.part, role = part_for(step.actor, case.match, parts, step.on_behalf)
    case.step = replace(step, role=role)
    require_proxy(case)
    return case


def require_beside(case: Case, action: str, refusals: Iterable[Refusal | None]) -> None:
    """Refuse an act for every reason at once; that nobody acts as staff where they are a side is always asked.

    :raises ActionRefused: there is a reason.
    """
    found = [refusal for refusal in (staff_is_no_side(case), *refusals) if refusal]
    if found:
        raise ActionRefused(state=case.match.state, action=action, allowed_actions=[], refusals=found)
