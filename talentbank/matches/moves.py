"""One step of a match and all that follows from it: the need's counts, hours, pairs, cascades, and their undoing.

Everything here runs under the locks that the calling service took.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from talentbank.core.actors import Side
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.errors import ActionRefused, Refusal
from talentbank.core.lifecycle import Part, Transition
from talentbank.core.models import Event
from talentbank.matches.case import Case
from talentbank.matches.effects import EFFECTS, due_anew, restore, values
from talentbank.matches.guards import last_step, staff_is_no_side, touches_contract, undo_pair_free
from talentbank.matches.lifecycle import TABLE
from talentbank.matches.locks import case_of, matches_open
from talentbank.matches.models import Evaluation, Match
from talentbank.matches.policies import parts_of, side_parts, worded_for
from talentbank.matches.states import CLOSED_STATES, INTRODUCING, RUNNING, TAKING, Action, ClosedReason, Origin, State
from talentbank.matches.terms import hours_held
from talentbank.needs.moves import system_step
from talentbank.needs.services import need_follow_matches
from talentbank.notifications.services import event_announce, event_recall
from talentbank.privacy.selectors import consents_running
from talentbank.professionals.services import hours_release, hours_reserve, proposed_keep
from talentbank.ranking.models import PairState
from talentbank.ranking.services import pair_write


def transition_for(case: Case, action: str) -> Transition:
    """Find the row for the case's part and state and ask its guards.

    :raises ActionRefused: no row, or a guard said no.
    """
    refusals: list[Refusal] = []
    case.facts["action"] = action
    row = TABLE.find_for(action, case.match.state, [case.part])
    if row is None:
        refusals.append(Refusal("state_forbids", {"state": case.match.state, "of": "match"}))
    else:
        refusals += [r for guard in (staff_is_no_side, *row.guards) if (r := guard(case))]
    if row is None or refusals:
        raise ActionRefused(
            state=case.match.state,
            action=action,
            allowed_actions=TABLE.allowed(case.match.state, _parts_playing(case)),
            refusals=worded_for(case, refusals),
        )
    del case.facts["action"]
    return row


def _parts_playing(case: Case) -> frozenset[Part]:
    if case.step.on_behalf:
        return side_parts(case.step.on_behalf.side)
    return parts_of(case.step.actor, case.match) or frozenset({case.part})


def match_step(case: Case, row: Transition) -> Event:
    match, step = case.match, case.step
    before, from_state = values(match), match.state
    target = row.target(case) if callable(row.target) else row.target or match.state
    waits = row.action == Action.UNDO and _awaits_agreement(case, target)
    case.facts |= {"from": from_state}
    if waits:
        case.facts["awaits_agreement"] = True
    if target != from_state:
        match.state, match.state_since = target, step.at
    if effect := EFFECTS.get(row.action):
        effect(case)
    match.save_step(at=step.at)
    changed = {name: old for name, old in before.items() if getattr(match, name) != old}
    facts = {**case.facts, "before": changed, "guards": [guard.__name__ for guard in row.guards]}
    if case.side:
        facts["side"] = case.side
    if row.action == Action.APPROVE:
        facts["consents"] = _consents(case)
    return match_event(case, "agree-undo" if waits else row.action, from_state, facts)


def _awaits_agreement(case: Case, target: str) -> bool:
    event = last_step(case.match)
    assert event
    if not touches_contract(event) or case.side is None:
        return False
    agreed = case.match.undo_agreed if case.match.undo_agreed.get("event") == str(event.pk) else {}
    return str(case.side.other) not in agreed.get("sides", [])


def _consents(case: Case) -> list[str]:
    subjects = (("professional", case.professional.pk), ("organization", case.organization.pk))
    rows = [consents_running(Subject(kind, pk, case.bank.pk)).values_list("pk", flat=True) for kind, pk in subjects]
    return [str(pk) for ids in rows for pk in ids]


def match_event(case: Case, action: str, from_state: str, facts: dict[str, object]) -> Event:
    """Record one event of a match, and that it is to be told once it can no longer be undone by its actor.

    The audit head's lock comes with it. What the step locks afterwards, in `follow` and its cascades, is held already
    (needs, professionals, matches, the revision) or locked under the need's lock alone (pairs, hours): nobody who holds
    such a row waits for the head without that lock.
    """
    event = event_record(
        Subject("match", case.match.pk, case.bank.pk),
        case.step,
        action=action,
        from_state=from_state,
        to_state=case.match.state,
        facts=facts,
        texts=case.texts,
    )
    event_announce(event, version=case.match.version, hold=timedelta(minutes=case.policy.undo_minutes))
    if action == Action.UNDO:
        event_recall(UUID(str(facts["undoes"])))
    return event


def match_cascade(match_id: UUID, *, closed_reason: ClosedReason, cause: str, step: Step) -> None:
    """Close one open match because of something else. From `contracted` on nothing closes by itself.

    The caller holds the locks. A match that a cascade may not touch is left as it is.
    """
    case = case_of(match_id, replace(system_step(step), input={"closed_reason": closed_reason, "cause": cause}))
    row = TABLE.find_for(Action.CASCADE, case.match.state, [Part.SYSTEM])
    if row is None:
        return
    event = match_step(case, row)
    follow(case, event)


def _reopen(event: Event, step: Step) -> None:
    """Undo one cascade as part of undoing its cause, unless the pair may no longer meet: then it stays closed."""
    case = case_of(event.subject_id, system_step(step))
    if last_step(case.match) != event or undo_pair_free(case):
        return
    before, from_state = values(case.match), case.match.state
    restore(case.match, event)
    due_anew(case)
    case.match.state_since = step.at
    case.match.save_step(at=step.at)
    changed = {name: old for name, old in before.items() if getattr(case.match, name) != old}
    undone = match_event(case, Action.UNDO, from_state, {"undoes": str(event.pk), "before": changed})
    follow(case, undone)


def follow(case: Case, event: Event) -> None:
    """Write downward what others must know of a step, and run the cascades it causes or undoes."""
    match = case.match
    _pair_follows(case)
    _proposal_follows(case, event)
    if match.state in RUNNING:
        hours_reserve(
            professional_id=match.professional_id,
            match_id=match.pk,
            hours=hours_held(case.match, case.need),
            at=case.step.at,
        )
    else:
        hours_release(match_id=match.pk, at=case.step.at)
    count_follow(case)
    if event.action == Action.CONFIRM and match.state == State.CONTRACTED and case.need.places_free == 0:
        for other in matches_open("need", match.need_id):
            match_cascade(other, closed_reason=ClosedReason.FILLED, cause=str(event.pk), step=case.step)
    if event.action == Action.UNDO:
        for caused in _caused_by(UUID(event.facts["undoes"]), case.bank.pk):
            _reopen(caused, case.step)


def _caused_by(event_id: UUID, bank_id: UUID) -> QuerySet[Event]:
    """The cascades of a step, in the order of the record."""
    # Ids are in the order of time: what is older than the cause is no effect of it, and need not be read.
    cascades = Event.objects.filter(bank_id=bank_id, pk__gt=event_id, subject_kind="match", action=Action.CASCADE)
    return cascades.filter(facts__cause=str(event_id))


def _proposal_follows(case: Case, event: Event) -> None:
    """A professional was put before somebody: proposed by a coordinator or invited; undone, the time before counts."""
    professional = case.professional
    invited = event.action == Action.CREATE and case.match.origin == Origin.INVITE
    if event.action == Action.PROPOSE or invited:
        proposed_keep(professional_id=professional.pk, proposed_at=event.at)
    elif event.action == Action.UNDO:
        undone = Event.objects.get(pk=event.facts["undoes"])
        if undone.action == Action.PROPOSE and professional.last_proposed_at == undone.at:
            proposed_keep(professional_id=professional.pk, proposed_at=_proposed_before(case))


def _proposed_before(case: Case) -> datetime | None:
    """When the professional was last put before somebody, where a proposal was just undone: what is undone is not."""
    matches = Match.objects.filter(professional=case.professional).values("pk")
    events = Event.objects.filter(subject_kind="match", subject_id__in=matches)
    undone = events.filter(action=Action.UNDO).values_list("facts__undoes", flat=True)
    put = Q(action=Action.PROPOSE) | Q(action=Action.CREATE, facts__origin=Origin.INVITE)
    return events.filter(put).exclude(pk__in=list(undone)).order_by("-at").values_list("at", flat=True).first()


def _pair_follows(case: Case) -> None:
    match = case.match
    others = Match.objects.filter(need=case.need, professional=case.professional).exclude(pk=match.pk)
    if match.state in CLOSED_STATES and others.exclude(state__in=CLOSED_STATES).exists():
        return  # an ended match does not speak for a pair that has met again
    pair_write(
        need_id=match.need_id,
        professional_id=match.professional_id,
        state=_pair_state(match),
        round=match.round,
        at=case.step.at,
        match_id=match.pk,
    )


def _pair_state(match: Match) -> PairState:
    if match.state not in CLOSED_STATES:
        return PairState.OPEN
    if match.closed_reason in {ClosedReason.DECLINED, ClosedReason.WITHDRAWN}:
        return PairState.DECLINED
    return PairState.RESERVE if match.keep_as_reserve else PairState.ENDED


def count_follow(case: Case) -> None:
    """Count this round's matches anew under the need's lock and let the need follow."""
    case.need.refresh_from_db()
    states = list(Match.objects.filter(need=case.need, round=case.need.round).values_list("state", flat=True))
    need_follow_matches(
        need=case.need,
        taken=sum(state in TAKING for state in states),
        introducing=sum(state in INTRODUCING for state in states),
        running=sum(state in RUNNING for state in states),
        completed=sum(state == State.COMPLETED for state in states),
        evaluated=_evaluated(case),
        step=system_step(case.step),
    )


def _evaluated(case: Case) -> int:
    """How many completed matches of this round both sides have evaluated."""
    rows = Evaluation.objects.filter(match__need=case.need, match__round=case.need.round, voided_at__isnull=True)
    given = rows.filter(match__state=State.COMPLETED).values("match").annotate(sides=Count("id"))
    return given.filter(sides=len(Side)).count()
