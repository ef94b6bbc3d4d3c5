"""Writing needs: create, edit, move along the table, follow the matches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from talentbank.core.actors import SYSTEM, Actor, OnBehalf
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import Conflict, FieldError, Forbidden, InvalidInput, StaleVersion
from talentbank.core.lifecycle import Part
from talentbank.core.models import lock
from talentbank.core.revision import revision_bump
from talentbank.needs.case import NeedCase
from talentbank.needs.fields import (
    ORGANIZATION_ONLY,
    STAFF_ONLY,
    NeedFields,
    fields_check,
    fields_read,
    scalars_put,
    vocabulary_put,
)
from talentbank.needs.guards import placement_notified
from talentbank.needs.inputs import day_check, input_check
from talentbank.needs.lifecycle import CASCADING, EDITABLE, SEEKING, TABLE
from talentbank.needs.models import Need, NeedState
from talentbank.needs.moves import case_of, need_event, need_follow, need_helper_keep, need_lock, need_step, row_for
from talentbank.needs.policies import WRITERS, part_for
from talentbank.needs.selectors import need_get
from talentbank.organizations.models import Organization
from talentbank.organizations.room import ROOM as ORGANIZATION
from talentbank.privacy.proxies import proxy_heard
from talentbank.registrations.dependents import dependents_ended, dependents_prepare


class NeedNotEditable(Conflict):
    """A fulfilled, closed, cancelled or expired need is history; it is reopened before it is edited."""

    code = "need_not_editable"


class HeadcountBelowTaken(Conflict):
    """Places that matches have taken cannot be struck out."""

    code = "headcount_below_taken"


class PlacementNotNotified(Conflict):
    """An open need cannot turn into employment in a bank that has not notified free placement."""

    code = "free_placement_not_notified"


@transaction.atomic
def need_create(
    *,
    actor: Actor,
    organization: Organization,
    fields: Mapping[str, Any],
    on_behalf: OnBehalf | None,
    at: datetime,
) -> Need:
    """This function will draft a need of an organization: by its people, or by staff on its behalf.

    :raises Forbidden: the actor is neither, or writes what is a coordinator's to write.
    :raises InvalidInput: with a pointer for everything that is wrong.
    """
    parts, role = part_for(actor, organization, WRITERS, on_behalf)
    step = Step(actor=actor, at=at, role=role, on_behalf=on_behalf)
    proxy_heard(about="need", whose=ORGANIZATION.subject(organization), step=step)
    need = Need(bank=organization.bank, organization=organization, state=NeedState.DRAFT)
    checked = fields_check(fields, need, today=day_of(at))
    _require_own_fields(_given(checked, STAFF_ONLY, need), parts)
    lock(Organization, organization.pk)
    scalars_put(need, checked)
    need.channel = step.channel
    need.entered_by_id = actor.user_id
    need.state_since = need.created_at = need.updated_at = at
    need.revision = revision_bump(need.bank_id)
    need.save(force_insert=True)
    vocabulary_put(need, checked)
    need_helper_keep(need, step)
    need_event(case_of(need, step, parts), "create", "", {"fields": sorted(checked.names)})
    return need


@transaction.atomic
def need_update(
    *,
    actor: Actor,
    need_id: UUID,
    expected_version: int | None,
    changes: Mapping[str, Any],
    on_behalf: OnBehalf | None,
    at: datetime,
) -> Need:
    """This function will edit a need. A new public summary waits for the owner's agreement again.

    :raises NotFound: absent, or out of the actor's scope.
    :raises Forbidden: the actor may not write this need, or not these fields.
    :raises StaleVersion: somebody changed it since the caller looked.
    :raises InvalidInput: with a pointer for everything that is wrong.
    :raises Conflict: the need is history, or the places are taken.
    """
    _require_visible(actor, need_id, on_behalf)
    if "headcount" in changes:
        dependents_prepare("need", need_id)
    need = need_lock(need_id)
    parts, role = part_for(actor, need.organization, WRITERS | {Part.COORDINATOR}, on_behalf)
    step = Step(actor=actor, at=at, role=role, on_behalf=on_behalf)
    proxy_heard(about="need", whose=ORGANIZATION.subject(need.organization), step=step)
    require_version(need, expected_version)
    checked = fields_check(changes, need, today=day_of(at))
    before = fields_read(need, checked.names)
    _require_own_fields(_given(checked, STAFF_ONLY | ORGANIZATION_ONLY, need), parts)
    _require_editable(need, checked)
    scalars_put(need, checked)
    vocabulary_put(need, checked)
    after = fields_read(need, checked.names)
    changed = sorted(name for name in before if before[name] != after[name])
    if changed:
        case = case_of(need, step, parts)
        case.texts = {
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }
        _save_edit(case, changed)
        if "headcount" in changed and need.places_free == 0:
            dependents_ended("need", need.pk, cause="filled", step=step)
    return need


@transaction.atomic
def need_transition(*, need_id: UUID, action: str, expected_version: int | None, step: Step) -> Need:
    """This function will move one need along the table and record the step. It chooses the step's role itself.

    `step.input`: `comments` {field: text} of request-changes, `deadline` (a date) of reopen.

    :raises InvalidInput: with a pointer for everything that is wrong with the step.
    :raises NotFound: absent, or out of the actor's scope.
    :raises Forbidden: no hat of the actor plays a part that may do this.
    :raises ActingAsRequired: several do.
    :raises StaleVersion: somebody moved it since the caller looked.
    :raises ActionRefused: with the state, the allowed actions and every guard that refused.
    """
    input_check(action, step)
    _require_visible(step.actor, need_id, step.on_behalf)
    if action in CASCADING:
        dependents_prepare("need", need_id)
    need = need_lock(need_id)
    parts, role = part_for(step.actor, need.organization, TABLE.parts_for(action), step.on_behalf)
    proxy_heard(about="need", whose=ORGANIZATION.subject(need.organization), step=step)
    require_version(need, expected_version)
    case = case_of(need, replace(step, role=role), parts)
    row = row_for(case, action)
    day_check(need, step)
    return need_step(case, row)


@transaction.atomic
def need_follow_matches(
    *, need: Need, taken: int, introducing: int, running: int, completed: int, evaluated: int, step: Step
) -> None:
    """This function will store the counts of this round's matches and let the need follow them.

    The caller holds the need's lock. Counts alone make no version: an owner's edit does not fail because somebody was
    introduced in between. Only places that are taken, which everybody sees, make the row count as changed: others would
    read off `updated_at` that somebody was introduced.
    """
    counts = {
        "taken": taken,
        "introducing": introducing,
        "running": running,
        "completed": completed,
        "evaluated": evaluated,
    }
    if all(getattr(need, name) == value for name, value in counts.items()):
        return
    told = ["updated_at"] if need.taken != taken else []
    for name, value in counts.items():
        setattr(need, name, value)
    need.revision = revision_bump(need.bank_id)
    need.updated_at = step.at if told else need.updated_at
    need.save(update_fields=[*counts, "revision", *told])
    need_follow(need, step)


def require_version(need: Need, expected_version: int | None) -> None:
    """:raises StaleVersion: the need has moved on. None asks for no check."""
    if expected_version is not None and need.version != expected_version:
        raise StaleVersion(version=need.version)


def _require_visible(actor: Actor, need_id: UUID, on_behalf: OnBehalf | None) -> None:
    if actor is not SYSTEM:
        need_get(actor, need_id, for_helper=on_behalf is not None)


def _given(checked: NeedFields, names: Iterable[str], need: Need) -> set[str]:
    """Those of `names` that the caller would change."""
    return {name for name in names if name in checked.scalars and checked.scalars[name] != getattr(need, name)}


def _require_own_fields(given: set[str], parts: frozenset[Part]) -> None:
    """:raises Forbidden: a field that this part does not write."""
    others = STAFF_ONLY if Part.ORGANIZATION in parts else ORGANIZATION_ONLY
    if wrong := given & others:
        raise Forbidden(fields=sorted(wrong))


def _save_edit(case: NeedCase, changed: list[str]) -> None:
    """Save an edited need with its event; another headcount may fulfill it.

    :raises PlacementNotNotified: an open need would turn into employment.
    """
    need, step = case.need, case.step
    if need.state in SEEKING | {NeedState.ON_HOLD} and placement_notified(case):
        raise PlacementNotNotified()
    need.revision = revision_bump(need.bank_id)
    need.save_step(at=step.at)
    need_helper_keep(need, step)
    need_event(case, "update", need.state, {"fields": changed})
    if "headcount" in changed:
        need_follow(need, step)


def _require_editable(need: Need, checked: NeedFields) -> None:
    if need.state not in EDITABLE:
        raise NeedNotEditable(state=need.state)
    headcount = checked.scalars.get("headcount", need.headcount)
    if headcount < need.taken:
        raise HeadcountBelowTaken(headcount=headcount, taken=need.taken)
    beyond_draft = need.state not in {NeedState.DRAFT, NeedState.CHANGES_REQUESTED}
    if beyond_draft and not checked.scalars.get("own_words", need.own_words).strip():
        raise InvalidInput([FieldError("/own_words", "required")])
