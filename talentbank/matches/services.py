"""Writing matches: one function opens them, one moves every match along the table; terms and contacts stand beside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from talentbank.core.actors import SYSTEM as SYSTEM_ACTOR
from talentbank.core.actors import Role, Side
from talentbank.core.audit import Step, Subject
from talentbank.core.clock import day_of
from talentbank.core.errors import ActionRefused, NotFound, Refusal, StaleVersion
from talentbank.core.lifecycle import Part, Transition
from talentbank.core.references import ReferenceKind, reference_next
from talentbank.core.revision import revision_bump
from talentbank.matches.beside import case_beside
from talentbank.matches.case import Case
from talentbank.matches.conflicts import conflict_scan, decision_check
from talentbank.matches.effects import due_from
from talentbank.matches.explanations import SCORED
from talentbank.matches.guards import last_event, staff_is_no_side
from talentbank.matches.inputs import input_check, record_check
from talentbank.matches.lifecycle import CREATION
from talentbank.matches.locks import lock_match, lock_pair
from talentbank.matches.models import ConflictDecision, Match, Terms
from talentbank.matches.moves import follow, match_event, match_step, transition_for
from talentbank.matches.policies import part_asking, part_for, require_proxy, sees, worded_for
from talentbank.matches.rules import rules_on
from talentbank.matches.states import INTRODUCING, Action, Origin, State
from talentbank.matches.terms import terms_check, terms_digest, terms_set
from talentbank.needs.models import Need
from talentbank.privacy.services import consents_lock
from talentbank.professionals.models import Professional
from talentbank.ranking.scored_pairs import pair_score, slate_of
from talentbank.ranking.services import card_of

WHOLE_NEED = frozenset({Action.CONFIRM, Action.UNDO})
"""Actions that may fill a need, or undo that: they lock all its matches."""
DRAFTABLE = INTRODUCING | {State.CONTRACTED, State.ACTIVE, State.SUSPENDED}
"""States in which a new version of the terms may be written."""
DRAFT_TERMS = "draft-terms"
CONSENTED = frozenset({Action.ACCEPT, Action.APPROVE})
"""Actions that ask for consents, which nobody withdraws meanwhile."""


@transaction.atomic
def match_transition(*, match_id: UUID, action: str, step: Step, expected_version: int | None) -> Match:
    """This function will move one match along the table and record the step as one event.

    `expected_version` None is for the system alone, which reads the state under its own lock.

    :raises NotFound: no such match, or the actor does not see it.
    :raises Forbidden: no part of the actor may ever do this.
    :raises StaleVersion: somebody moved it since the caller looked.
    :raises InvalidInput: a reason code, day or value is wrong, or a proxy is named who may not speak here.
    :raises ActionRefused: with the state, the allowed actions and every guard that refused.
    """
    input_check(action, step)
    case = lock_match(match_id, step, whole_need=action in WHOLE_NEED)
    if action in CONSENTED:
        _consents_hold(case)
    case.part, role = _part(case, action)
    case.step = replace(step, role=role)
    require_proxy(case)
    if expected_version is not None and case.match.version != expected_version:
        raise StaleVersion(version=case.match.version)
    record_check(action, case.step, case.match, last_event(case.match))
    transition = transition_for(case, action)
    revision_bump(case.bank.pk)
    follow(case, match_step(case, transition))
    return case.match


def _consents_hold(case: Case) -> None:
    """Nobody withdraws a consent of the two sides until the step is kept."""
    whose = {"professional": case.professional.pk, "organization": case.organization.pk}
    consents_lock([Subject(kind, pk, case.bank.pk) for kind, pk in whose.items()])


def _part(case: Case, action: str) -> tuple[Part, Role]:
    if case.step.actor == SYSTEM_ACTOR:
        return Part.SYSTEM, Role.SYSTEM
    if not sees(case.step.actor, case.match, case.step.on_behalf):
        raise NotFound()
    return part_asking(case.step.actor, case.match, action, case.step.on_behalf)


@transaction.atomic
def match_create(
    *, need_id: UUID, professional_id: UUID, origin: Origin, step: Step, previous_id: UUID | None = None
) -> Match:
    """This function will open a match of the given origin, with the pair's score and reasons as they stand.

    :raises NotFound: need or professional absent, or of different banks.
    :raises Forbidden: the actor may not open matches of this origin.
    :raises InvalidInput: a reason code or a day is wrong, or a proxy is named who may not speak here.
    :raises ActionRefused: the pair is not eligible, or the invitations are used up.
    """
    input_check(Action.CREATE, step)
    need, professional = lock_pair(need_id=need_id, professional_id=professional_id)
    if professional.bank_id != need.bank_id:
        raise NotFound("/professional")
    row = CREATION[origin]
    match = _draft(need, professional, origin, row, step)
    case = Case(match, need, need.organization, professional, need.bank, step)
    _consents_hold(case)
    case.part, role = part_for(step.actor, match, row.parts, step.on_behalf)
    case.step = replace(step, role=role)
    require_proxy(case)
    refusals = [r for guard in (staff_is_no_side, *row.guards) if (r := guard(case))]
    if origin is Origin.REPEAT:
        match.previous, repeat_refusals = _repeated(case, previous_id)
        refusals += repeat_refusals
    if refusals:
        worded = worded_for(case, refusals)
        raise ActionRefused(state="", action=Action.CREATE, allowed_actions=[], refusals=worded)
    return _open(case)


def _repeated(case: Case, previous_id: UUID | None) -> tuple[Match | None, list[Refusal]]:
    """An earlier completed match of the pair, and both sides' yes."""
    completed = Match.objects.filter(need__organization=case.organization, professional=case.professional)
    completed = completed.filter(state=State.COMPLETED)
    previous = completed.filter(pk=previous_id).first() if previous_id else completed.order_by("-ended_at").first()
    refusals = [] if previous else [Refusal("no_completed_match")]
    if set(case.step.input.get("agreed_by", ())) != set(map(str, Side)):
        refusals.append(Refusal("both_sides_must_agree"))
    return previous, refusals


YES_AT_CREATION = {Origin.APPLY: (Side.PROFESSIONAL,), Origin.INVITE: (Side.ORGANIZATION,), Origin.REPEAT: tuple(Side)}
ASKED_AT_CREATION = {Origin.APPLY: Side.ORGANIZATION, Origin.INVITE: Side.PROFESSIONAL}


def _draft(need: Need, professional: Professional, origin: Origin, row: Transition, step: Step) -> Match:
    match = Match(
        created_at=step.at,
        updated_at=step.at,
        bank=need.bank,
        need=need,
        round=need.round,
        professional=professional,
        origin=origin,
        state=str(row.target),
        state_since=step.at,
        created_by_id=step.actor.user_id,
        coordinator_id=need.coordinator_id or (step.actor.user_id if row.parts == {Part.COORDINATOR} else None),
        deputy_id=need.deputy_id,
    )
    for side in YES_AT_CREATION.get(origin, ()):
        setattr(match, f"{side}_answer", "yes")
        setattr(match, f"{side}_answer_by_id", step.actor.user_id)
    if asked := ASKED_AT_CREATION.get(origin):
        setattr(match, f"{asked}_answer", "asked")
    return match


def _open(case: Case) -> Match:
    match = case.match
    match.due_on = due_from(case)
    scored = pair_score(need=case.need, professional=case.professional, at=case.step.at)
    match.snapshot, case.texts[SCORED] = scored
    if match.origin == Origin.PROSPECT:
        slate = slate_of(need=case.need, professional=case.professional, at=case.step.at)
        match.snapshot = {**scored.snapshot, "slate": slate}
    match.reference = reference_next(case.bank.pk, ReferenceKind.MATCH, case.step.at)
    match.save(force_insert=True)
    card_of(need_id=case.need.pk, professional_id=case.professional.pk)
    findings = conflict_scan(case)
    ConflictDecision.create(at=case.step.at, match=match, findings=[each.to_json() for each in findings])
    revision_bump(case.bank.pk)
    codes = [finding.code for finding in findings]
    facts = {"origin": match.origin, "model_version": match.snapshot.get("model_version"), "conflicts": codes}
    follow(case, match_event(case, Action.CREATE, "", facts))
    return match


@transaction.atomic
def conflict_decide(
    *, match_id: UUID, outcome: str, reason: str, step: Step, seen: Collection[str] | None = None
) -> ConflictDecision:
    """This function will scan again and record in writing what a coordinator decides about conflicts of interest.

    `seen`: codes of the findings that the coordinator had before them; None asks for no check.

    :raises NotFound: the actor does not see the match.
    :raises Forbidden: the actor is no coordinator of the bank.
    :raises InvalidInput: `none` where something was found, or no reason where one is due.
    :raises ActionRefused: the match is over, or the actor is a side.
    :raises ConflictFindingsChanged: the scan finds more than was seen.
    """
    case = lock_match(match_id, step, whole_need=False)
    if not sees(step.actor, case.match, None):
        raise NotFound()
    case.part, role = part_for(step.actor, case.match, {Part.COORDINATOR}, None)
    case.step = replace(step, role=role)
    refusals = [refusal] if (refusal := staff_is_no_side(case)) else []
    if case.match.state in {State.COMPLETED, State.CLOSED}:
        refusals.append(Refusal("state_forbids", {"state": case.match.state, "of": "match"}))
    if refusals:
        raise ActionRefused(state=case.match.state, action="decide-conflict", allowed_actions=[], refusals=refusals)
    findings = conflict_scan(case)
    decision_check(outcome=outcome, reason=reason, findings=findings, seen=seen)
    decision = ConflictDecision.create(
        at=step.at,
        match=case.match,
        findings=[finding.to_json() for finding in findings],
        outcome=outcome,
        reason=reason,
        decided_by_id=step.actor.user_id,
        decided_at=step.at,
    )
    case.match.save_step(at=step.at)
    case.texts["reason"] = reason
    match_event(case, "decide-conflict", case.match.state, {"outcome": outcome, "findings": decision.findings})
    return decision


@transaction.atomic
def terms_draft(*, match_id: UUID, content: dict[str, Any], step: Step) -> Terms:
    """This function will write the next version of the terms; earlier confirmations lapse with the version.

    :raises InvalidInput: payment later than 60 days from receipt, an end before its start, a reason code or a day.
    :raises ActionRefused: the match is not introduced, negotiating or running, or staff are a side of it.
    """
    input_check(DRAFT_TERMS, step)
    case = case_beside(match_id, step, {Part.PROFESSIONAL, Part.ORGANIZATION, Part.COORDINATOR})
    rules = rules_on(step.day)
    terms_check(content, rules, day_of(step.at))
    refusals = [refusal] if (refusal := staff_is_no_side(case)) else []
    if case.match.state not in DRAFTABLE:
        refusals.append(Refusal("state_forbids", {"state": case.match.state, "of": "match"}))
    if refusals:
        raise ActionRefused(state=case.match.state, action=DRAFT_TERMS, allowed_actions=[], refusals=refusals)
    case.match.terms_version += 1
    case.match.save_step(at=step.at)
    terms = Terms.create(
        at=step.at,
        match=case.match,
        number=case.match.terms_version,
        content=content,
        rules_version=rules.version,
        sha256=terms_digest(content),
        drafted_by_id=step.actor.user_id,
    )
    required = terms_set(rules, case.need, case.professional).name
    facts = {"terms": terms.number, "sha256": terms.sha256, "rules": rules.version, "required": required}
    match_event(case, DRAFT_TERMS, case.match.state, facts)
    return terms
