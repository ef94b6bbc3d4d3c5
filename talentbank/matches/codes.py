"""Reason codes per action. Their labels and polite words stand in reasons.json, those of closings in
closings.json, of steps that those do not fit in steps.json."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from talentbank.core.reasons import Reason, reasons_by_action, reasons_read, told_of
from talentbank.matches.states import Action, ClosedReason

ALL = reasons_read(__file__)
CLOSINGS = {ClosedReason(code): reason for code, reason in reasons_read(__file__, "closings.json").items()}
"""Why a match closed, for closings that carry no reason codes: what the system does gives none."""


SIDE_REASONS = ("timing", "content", "terms", "no_hours", "solved_elsewhere", "circumstances", "other")
STAFF_REASONS = (
    "unsuited",
    "conflict_of_interest",
    "entered_by_mistake",
    "duplicate",
    "unreachable",
    "requested_by_professional",
    "requested_by_organization",
    "other",
)
EVERY_REASON = tuple(dict.fromkeys((*SIDE_REASONS, *STAFF_REASONS)))
REASONS: Mapping[str, Mapping[str, Reason]] = reasons_by_action(
    __file__,
    {
        Action.DECLINE: SIDE_REASONS,
        Action.WITHDRAW: SIDE_REASONS,
        Action.REJECT: STAFF_REASONS,
        Action.CANCEL: STAFF_REASONS,
        Action.SUSPEND: EVERY_REASON,
        Action.TERMINATE: EVERY_REASON,
        Action.UNDO: EVERY_REASON,
        Action.CORRECT: STAFF_REASONS,
    },
)
"""Actions that take reason codes, and which."""
REASON_REQUIRED = frozenset(
    {Action.DECLINE, Action.WITHDRAW, Action.REJECT, Action.CANCEL, Action.SUSPEND, Action.TERMINATE, Action.CORRECT}
)
told = partial(told_of, REASONS, ALL)
