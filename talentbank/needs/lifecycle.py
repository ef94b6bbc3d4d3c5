"""The need table, row by row as in the contract; the system's rows carry names of their own.

The same rows yield the code's transitions, `allowed_actions`, the 409's reasons and the permission matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from talentbank.core.lifecycle import Guard, Part, Table, Transition
from talentbank.needs import guards as g
from talentbank.needs.case import NeedCase
from talentbank.needs.models import NeedState

ORGANIZATION = frozenset({Part.ORGANIZATION})
OWNER = frozenset({Part.OWNER})
COORDINATOR = frozenset({Part.COORDINATOR})
SYSTEM = frozenset({Part.SYSTEM})

SEEKING = frozenset({NeedState.OPEN, NeedState.IN_PROGRESS})
ENDED = frozenset({NeedState.CLOSED, NeedState.EXPIRED, NeedState.CANCELLED})
WITH_ORGANIZATION = SEEKING | {NeedState.SUBMITTED, NeedState.CHANGES_REQUESTED, NeedState.ON_HOLD}
"""States that end with the organization's registration; a draft waits for nobody and stays."""
CANCELLABLE = WITH_ORGANIZATION | {NeedState.DRAFT}
EDITABLE = CANCELLABLE


class NeedAction(StrEnum):
    SUBMIT = "submit"
    REQUEST_CHANGES = "request-changes"
    OPEN = "open"
    AGREE_SUMMARY = "agree-summary"
    REJECT = "reject"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    REOPEN = "reopen"
    START_PROGRESS = "start-progress"
    BACK_TO_OPEN = "back-to-open"
    FULFILL = "fulfill"
    UNFULFILL = "unfulfill"
    CLOSE = "close"
    EXPIRE = "expire"
    HOLD_WITH_ORGANIZATION = "hold-with-organization"
    CANCEL_WITH_ORGANIZATION = "cancel-with-organization"
    HOLD_TOO_LONG = "hold-too-long"


def open_or_in_progress(case: NeedCase) -> str:
    """`resume`: in progress while a match is contracted…delivered, else open."""
    return NeedState.IN_PROGRESS if case.need.running else NeedState.OPEN


Target = NeedState | Callable[[NeedCase], str] | None


def _row(
    action: NeedAction,
    sources: frozenset[NeedState],
    target: Target,
    parts: frozenset[Part],
    *guards: Guard,
    effects: tuple[str, ...] = (),
) -> Transition:
    goal = target.value if isinstance(target, NeedState) else target
    return Transition(action, frozenset(state.value for state in sources), goal, parts, guards, effects)


_S = NeedState
_A = NeedAction
_REOPENING = (
    g.compliant,
    g.organization_approved,
    g.new_deadline,
    g.own_words_given,
    g.reachable,
    g.nothing_running,
)

TABLE = Table(
    "need",
    [
        _row(
            _A.SUBMIT,
            frozenset({_S.DRAFT, _S.CHANGES_REQUESTED}),
            _S.SUBMITTED,
            ORGANIZATION,
            g.own_words_given,
            g.reachable,
            g.organization_registering,
            effects=("take_in",),
        ),
        _row(
            _A.REQUEST_CHANGES,
            frozenset({_S.SUBMITTED}),
            _S.CHANGES_REQUESTED,
            COORDINATOR,
            g.staff_is_no_side,
            effects=("keep_comments",),
        ),
        _row(
            _A.OPEN,
            frozenset({_S.SUBMITTED}),
            _S.OPEN,
            COORDINATOR,
            g.staff_is_no_side,
            g.organization_approved,
            g.placement_notified,
            g.summary_agreed,
            g.deadline_ahead,
            effects=("open",),
        ),
        _row(
            _A.AGREE_SUMMARY,
            frozenset({_S.SUBMITTED, _S.OPEN}),
            None,
            OWNER,
            g.summary_written,
            g.summary_unagreed,
            effects=("agree_summary",),
        ),
        _row(
            _A.REJECT,
            frozenset({_S.SUBMITTED}),
            _S.CANCELLED,
            COORDINATOR,
            g.staff_is_no_side,
            effects=("refuse", "end_cancelled"),
        ),
        _row(_A.HOLD, SEEKING, _S.ON_HOLD, OWNER | COORDINATOR, g.staff_is_no_side),
        _row(
            _A.RESUME,
            frozenset({_S.ON_HOLD}),
            open_or_in_progress,
            OWNER | COORDINATOR,
            g.staff_is_no_side,
            g.organization_approved,
        ),
        _row(
            _A.CANCEL,
            CANCELLABLE,
            _S.CANCELLED,
            OWNER | COORDINATOR,
            g.staff_is_no_side,
            g.nothing_running,
            effects=("cancel", "end_cancelled"),
        ),
        _row(_A.REOPEN, ENDED, _S.SUBMITTED, OWNER, *_REOPENING, effects=("new_round", "take_in")),
        _row(
            _A.REOPEN,
            ENDED,
            _S.OPEN,
            COORDINATOR,
            g.staff_is_no_side,
            *_REOPENING,
            g.placement_notified,
            g.summary_agreed,
            effects=("new_round", "take_in", "open"),
        ),
        _row(_A.START_PROGRESS, frozenset({_S.OPEN}), _S.IN_PROGRESS, SYSTEM, g.work_runs),
        # open too: an owner who lowers the headcount to what is completed has all that was wished for
        _row(_A.FULFILL, SEEKING | {_S.ON_HOLD}, _S.FULFILLED, SYSTEM, g.all_completed),
        _row(_A.BACK_TO_OPEN, frozenset({_S.IN_PROGRESS}), _S.OPEN, SYSTEM, g.work_ended),
        _row(_A.UNFULFILL, frozenset({_S.FULFILLED, _S.CLOSED}), _S.IN_PROGRESS, SYSTEM, g.completion_undone),
        _row(_A.CLOSE, frozenset({_S.FULFILLED}), _S.CLOSED, SYSTEM, g.close_due),
        _row(_A.EXPIRE, frozenset({_S.OPEN}), _S.EXPIRED, SYSTEM, g.deadline_gone, effects=("end_expired",)),
        _row(_A.HOLD_WITH_ORGANIZATION, SEEKING, _S.ON_HOLD, SYSTEM),
        _row(
            _A.CANCEL_WITH_ORGANIZATION,
            WITH_ORGANIZATION,
            _S.CANCELLED,
            SYSTEM,
            g.nothing_running,
            effects=("cancel", "end_cancelled"),
        ),
        _row(_A.HOLD_TOO_LONG, frozenset({_S.ON_HOLD}), None, SYSTEM, g.held_too_long, effects=("end_on_hold",)),
    ],
)
SYSTEM_ACTIONS = frozenset(row.action for row in TABLE.rows if row.by_system_only)
ACTIONS = tuple(NeedAction(action) for action in TABLE.actions() if action not in SYSTEM_ACTIONS)
"""Actions that people take, in table order: the API's."""
ENDING = {"end_cancelled": "cancelled", "end_expired": "expired", "end_on_hold": "on_hold"}
"""Effect → the cause under which matches follow."""
CASCADING = frozenset(row.action for row in TABLE.rows if set(row.effects) & set(ENDING))
"""Actions that may end matches: their locks are taken before the need's."""
