"""The match table: thirteen states and every action, row by row as in the contract.

The same rows yield the code's transitions, `allowed_actions`, the 409's reasons, the permission matrix and
docs/lifecycle.md.
"""

from __future__ import annotations

from talentbank.core.actors import Side
from talentbank.core.lifecycle import Part, Table, Transition
from talentbank.matches import guards as g
from talentbank.matches.case import Case
from talentbank.matches.states import (
    AWAITING_ANSWER,
    BEFORE_INTRODUCTION,
    INTRODUCING,
    RUNNING,
    UP_TO_NEGOTIATING,
    Action,
    Origin,
    State,
)

PROFESSIONAL = frozenset({Part.PROFESSIONAL})
ORGANIZATION = frozenset({Part.ORGANIZATION})
SIDES = PROFESSIONAL | ORGANIZATION
SIGNERS = PROFESSIONAL | {Part.OWNER}
COORDINATOR = frozenset({Part.COORDINATOR})
SYSTEM = frozenset({Part.SYSTEM})
CANCELLABLE = BEFORE_INTRODUCTION | INTRODUCING


def first_asked(case: Case) -> str:
    """`propose`: the side named in `ask_first`, else the bank's default order."""
    return f"awaiting_{case.step.input.get('ask_first') or case.policy.ask_first}"


def after_yes(case: Case) -> str:
    """`accept`: on to the other side, or to approval when it has said yes."""
    other = Side(case.side or Side.PROFESSIONAL).other
    return State.AWAITING_APPROVAL if case.answer(other) == "yes" else f"awaiting_{other}"


def where_it_was(case: Case) -> str:
    """`resume`: the state in which the answer was postponed."""
    return case.match.resume_state


def when_both_confirmed(case: Case) -> str:
    """`confirm`: contracted at the second side's confirmation of the same version."""
    terms, side = case.terms(), case.side
    other_confirmed = terms and side and getattr(terms, f"{side.other}_confirmed_at")
    return State.CONTRACTED if other_confirmed else case.match.state


def state_before(case: Case) -> str:
    """`undo`: the state before the last step, or unchanged while the other side's agreement is awaited."""
    event = g.last_step(case.match)
    if event is None:
        return case.match.state
    if g.touches_contract(event) and case.side is not None:
        agreed = case.match.undo_agreed
        sides = set(agreed.get("sides", [])) if agreed.get("event") == str(event.pk) else set()
        if str(case.side.other) not in sides:
            return case.match.state
    return event.from_state


def _row(
    action: Action, sources: frozenset[State], target: object, parts: frozenset[Part], *guards: object
) -> Transition:
    return Transition(action, frozenset(map(str, sources)), target, parts, guards)  # type: ignore[arg-type]


def _create(origin: Origin, target: State, parts: frozenset[Part], *guards: object) -> Transition:
    return Transition(Action.CREATE, frozenset(), target, parts, guards, note=origin)  # type: ignore[arg-type]


_one = frozenset

TABLE = Table(
    "match",
    [
        _create(Origin.PROSPECT, State.PROSPECT, COORDINATOR, g.eligible),
        _create(Origin.APPLY, State.AWAITING_ORGANIZATION, PROFESSIONAL, g.eligible, g.own_consents_current),
        _create(
            Origin.INVITE,
            State.AWAITING_PROFESSIONAL,
            ORGANIZATION,
            g.eligible,
            g.own_consents_current,
            g.invitation_quota,
        ),
        _create(Origin.REPEAT, State.AWAITING_APPROVAL, COORDINATOR, g.eligible),
        _row(Action.PROPOSE, _one({State.PROSPECT}), first_asked, COORDINATOR, g.eligible),
        _row(
            Action.ACCEPT,
            _one({State.AWAITING_PROFESSIONAL}),
            after_yes,
            PROFESSIONAL,
            g.eligible,
            g.own_consents_current,
        ),
        _row(
            Action.ACCEPT,
            _one({State.AWAITING_ORGANIZATION}),
            after_yes,
            ORGANIZATION,
            g.eligible,
            g.own_consents_current,
        ),
        _row(Action.DECLINE, _one({State.AWAITING_PROFESSIONAL}), State.CLOSED, PROFESSIONAL),
        _row(Action.DECLINE, _one({State.AWAITING_ORGANIZATION}), State.CLOSED, ORGANIZATION),
        _row(Action.POSTPONE, _one({State.AWAITING_PROFESSIONAL}), State.POSTPONED, PROFESSIONAL),
        _row(Action.POSTPONE, _one({State.AWAITING_ORGANIZATION}), State.POSTPONED, ORGANIZATION),
        _row(
            Action.RESUME,
            _one({State.POSTPONED}),
            where_it_was,
            SIDES | SYSTEM,
            g.side_postponed,
            g.resume_due,
            g.eligible,
        ),
        _row(
            Action.APPROVE,
            _one({State.AWAITING_APPROVAL}),
            State.INTRODUCED,
            COORDINATOR,
            g.four_eyes,
            g.conflict_decided,
            g.consents_valid,
            g.introduction_free,
            g.decision_given,
            g.eligible,
        ),
        _row(Action.REJECT, _one({State.AWAITING_APPROVAL}), State.CLOSED, COORDINATOR),
        _row(
            Action.COUNTERSIGN,
            INTRODUCING | RUNNING | {State.COMPLETED},
            None,
            _one({Part.BANK_ADMIN}),
            g.countersign_waits,
        ),
        _row(Action.NEGOTIATE, _one({State.INTRODUCED}), State.NEGOTIATING, SIDES | COORDINATOR),
        _row(
            Action.CONFIRM,
            INTRODUCING,
            when_both_confirmed,
            SIGNERS,
            g.terms_confirmable,
            g.place_free,
            g.eligible,
            g.hours_free,
            g.own_consents_current,
        ),
        _row(Action.START, _one({State.CONTRACTED}), State.ACTIVE, SIDES | COORDINATOR),
        _row(
            Action.AMEND,
            _one({State.CONTRACTED, State.ACTIVE, State.SUSPENDED}),
            None,
            SIGNERS,
            g.terms_amended,
            g.terms_confirmable,
        ),
        _row(Action.SUSPEND, _one({State.ACTIVE}), State.SUSPENDED, COORDINATOR),
        _row(Action.CONTINUE, _one({State.SUSPENDED}), State.ACTIVE, COORDINATOR),
        _row(Action.DELIVER, _one({State.ACTIVE}), State.DELIVERED, PROFESSIONAL),
        _row(Action.RETURN, _one({State.DELIVERED}), State.ACTIVE, ORGANIZATION | COORDINATOR),
        _row(Action.COMPLETE, _one({State.DELIVERED, State.ACTIVE}), State.COMPLETED, ORGANIZATION | COORDINATOR),
        _row(Action.COMPLETE, _one({State.SUSPENDED}), State.COMPLETED, COORDINATOR),
        _row(Action.TERMINATE, RUNNING, State.CLOSED, SIDES | COORDINATOR, g.notice_stated),
        _row(Action.WITHDRAW, CANCELLABLE, State.CLOSED, SIDES, g.asked_or_said_yes),
        _row(Action.CANCEL, CANCELLABLE | {State.PROSPECT}, State.CLOSED, COORDINATOR),
        _row(
            Action.EXPIRE, AWAITING_ANSWER | {State.POSTPONED, State.PROSPECT}, State.CLOSED, SYSTEM, g.deadline_passed
        ),
        _row(Action.CASCADE, UP_TO_NEGOTIATING, State.CLOSED, SYSTEM),
        _row(
            Action.UNDO,
            frozenset(State),
            state_before,
            SIDES | COORDINATOR,
            g.undoable,
            g.undo_agreed,
            g.undo_pair_free,
        ),
        _row(Action.CORRECT, frozenset(State), None, COORDINATOR, g.fact_recorded),
    ],
)
CREATION = {row.note: row for row in TABLE.rows if row.action == Action.CREATE}
"""Origin → its row."""
