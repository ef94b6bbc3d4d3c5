"""Reason codes per action. Their labels and polite words stand in reasons.json, those of closings in closings.json."""

from __future__ import annotations

from collections.abc import Mapping

from talentbank.core.reasons import Reason, reasons_read
from talentbank.matches.states import Action, ClosedReason

ALL = reasons_read(__file__)
CLOSINGS = {ClosedReason(code): reason for code, reason in reasons_read(__file__, "closings.json").items()}
"""Why a match closed, for closings that carry no reason codes: what the system does gives none."""


def _these(*codes: str) -> dict[str, Reason]:
    return {code: ALL[code] for code in codes}


SIDE_REASONS = _these("timing", "content", "terms", "no_hours", "solved_elsewhere", "circumstances", "other")
STAFF_REASONS = _these(
    "unsuited",
    "conflict_of_interest",
    "entered_by_mistake",
    "duplicate",
    "unreachable",
    "requested_by_professional",
    "requested_by_organization",
    "other",
)
REASONS: Mapping[Action, Mapping[str, Reason]] = {
    Action.DECLINE: SIDE_REASONS,
    Action.WITHDRAW: SIDE_REASONS,
    Action.REJECT: STAFF_REASONS,
    Action.CANCEL: STAFF_REASONS,
    Action.SUSPEND: {**STAFF_REASONS, **SIDE_REASONS},
    Action.TERMINATE: {**SIDE_REASONS, **STAFF_REASONS},
    Action.UNDO: {**STAFF_REASONS, **SIDE_REASONS},
    Action.CORRECT: STAFF_REASONS,
}
"""Actions that take reason codes, and which."""
REASON_REQUIRED = frozenset(
    {Action.DECLINE, Action.WITHDRAW, Action.REJECT, Action.CANCEL, Action.SUSPEND, Action.TERMINATE, Action.CORRECT}
)
