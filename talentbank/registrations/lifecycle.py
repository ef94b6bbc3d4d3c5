"""The registration table, row by row as in the contract, for professionals and organizations alike.

The same rows yield the code's transitions, `allowed_actions`, the 409's reasons and the permission matrix.
"""

from __future__ import annotations

from enum import StrEnum

from talentbank.core.lifecycle import Guard, Part, Table, Transition
from talentbank.registrations import guards as g
from talentbank.registrations.models import RegistrationState

HOLDER = frozenset({Part.HOLDER})
COORDINATOR = frozenset({Part.COORDINATOR})
BANK_ADMIN = frozenset({Part.BANK_ADMIN})
SYSTEM = frozenset({Part.SYSTEM})

_S = RegistrationState
EDITABLE = frozenset({_S.DRAFT, _S.CHANGES_REQUESTED})
"""States in which the holder writes freely."""
REVIEWED = frozenset({_S.APPROVED, _S.SUSPENDED, _S.EXPIRED})
"""States after an approval: some changes go live at once, others wait."""


class RegistrationAction(StrEnum):
    SUBMIT = "submit"
    REQUEST_CHANGES = "request-changes"
    APPROVE = "approve"
    REJECT = "reject"
    APPROVE_CHANGES = "approve-changes"
    REJECT_CHANGES = "reject-changes"
    MARK_REVIEWED = "mark-reviewed"
    COUNTERSIGN = "countersign"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    SUSPEND = "suspend"
    LIFT = "lift"
    EXPIRE = "expire"
    RENEW = "renew"
    WITHDRAW = "withdraw"
    REAPPLY = "reapply"


_A = RegistrationAction


def _row(
    action: RegistrationAction,
    sources: frozenset[RegistrationState],
    target: RegistrationState | None,
    parts: frozenset[Part],
    *guards: Guard,
    effects: tuple[str, ...] = (),
) -> Transition:
    goal = target.value if target else None
    return Transition(action, frozenset(state.value for state in sources), goal, parts, guards, effects)


REGISTRATION = (
    _row(_A.SUBMIT, EDITABLE, _S.SUBMITTED, HOLDER, g.complete, g.consents_current, effects=("take_in",)),
    _row(
        _A.REQUEST_CHANGES,
        frozenset({_S.SUBMITTED}),
        _S.CHANGES_REQUESTED,
        COORDINATOR,
        g.staff_is_no_side,
        effects=("keep_comments",),
    ),
    _row(
        _A.APPROVE,
        frozenset({_S.SUBMITTED}),
        _S.APPROVED,
        COORDINATOR,
        g.staff_is_no_side,
        g.four_eyes,
        g.decision_given,
        effects=("decide", "approve"),
    ),
    _row(
        _A.REJECT,
        frozenset({_S.SUBMITTED}),
        _S.REJECTED,
        COORDINATOR,
        g.staff_is_no_side,
        g.four_eyes,
        g.decision_given,
        effects=("decide",),
    ),
    _row(
        _A.APPROVE_CHANGES,
        frozenset({_S.APPROVED}),
        None,
        COORDINATOR,
        g.staff_is_no_side,
        g.changes_wait,
        g.four_eyes,
        g.no_clash,
        effects=("decide_changes", "put_changes"),
    ),
    _row(
        _A.REJECT_CHANGES,
        frozenset({_S.APPROVED}),
        None,
        COORDINATOR,
        g.staff_is_no_side,
        g.changes_wait,
        g.four_eyes,
        effects=("decide_changes", "drop_changes"),
    ),
    _row(
        _A.MARK_REVIEWED,
        frozenset({_S.APPROVED}),
        None,
        COORDINATOR,
        g.staff_is_no_side,
        g.something_to_review,
        effects=("review",),
    ),
    _row(
        _A.COUNTERSIGN,
        frozenset(_S),
        None,
        BANK_ADMIN,
        g.staff_is_no_side,
        g.countersign_waits,
        effects=("countersign",),
    ),
    _row(
        _A.SUSPEND,
        frozenset({_S.APPROVED}),
        _S.SUSPENDED,
        COORDINATOR,
        g.staff_is_no_side,
        effects=("end_suspended",),
    ),
    _row(_A.LIFT, frozenset({_S.SUSPENDED}), _S.APPROVED, COORDINATOR, g.staff_is_no_side),
    _row(_A.EXPIRE, frozenset({_S.APPROVED}), _S.EXPIRED, SYSTEM, g.validity_over, effects=("end_expired",)),
    _row(
        _A.RENEW,
        frozenset({_S.APPROVED, _S.EXPIRED}),
        _S.APPROVED,
        HOLDER,
        g.consents_current,
        effects=("prolong",),
    ),
    _row(
        _A.WITHDRAW,
        frozenset(_S) - {_S.WITHDRAWN},
        _S.WITHDRAWN,
        HOLDER,
        g.nothing_running,
        effects=("drop_changes", "end_withdrawn"),
    ),
    _row(
        _A.REAPPLY,
        frozenset({_S.WITHDRAWN, _S.REJECTED, _S.EXPIRED}),
        _S.DRAFT,
        HOLDER,
        g.no_clash,
        effects=("drop_changes", "start_anew"),
    ),
)
PAUSING = (
    _row(_A.PAUSE, REVIEWED, None, HOLDER | COORDINATOR, g.staff_is_no_side, g.not_paused, effects=("pause",)),
    _row(
        _A.UNPAUSE,
        REVIEWED,
        None,
        HOLDER | COORDINATOR | SYSTEM,
        g.staff_is_no_side,
        g.paused,
        g.pause_over,
        effects=("unpause",),
    ),
)
"""The referral status of professionals: its own status beside the registration's."""
PROFESSIONAL_TABLE = Table("professional", [*REGISTRATION, *PAUSING])
ORGANIZATION_TABLE = Table("organization", REGISTRATION)

ENDING = {"end_suspended": "suspended", "end_expired": "expired", "end_withdrawn": "withdrawn"}
"""Effect → the cause under which needs and matches follow."""
CASCADING = frozenset(row.action for row in REGISTRATION if set(row.effects) & set(ENDING))
"""Actions that may end needs and matches: their locks are taken before the registration's."""
SYSTEM_ACTIONS = frozenset(row.action for row in REGISTRATION if row.by_system_only)


def actions_of(table: Table) -> tuple[RegistrationAction, ...]:
    """Actions that people take, in table order: the API's."""
    return tuple(RegistrationAction(action) for action in table.actions() if action not in SYSTEM_ACTIONS)
