"""Reason codes of the need table, by action. Their labels and polite words stand in reasons.json."""

from __future__ import annotations

from collections.abc import Mapping

from talentbank.core.reasons import reasons_read
from talentbank.needs.lifecycle import NeedAction

REASONS = reasons_read(__file__)
ENDING = ("duplicate", "timing", "budget", "solved_elsewhere", "circumstances", "unreachable", "other")
REASONS_BY_ACTION: Mapping[str, tuple[str, ...]] = {
    NeedAction.REQUEST_CHANGES: ("unclear", "out_of_scope", "duplicate", "other"),
    NeedAction.REJECT: ("out_of_scope", "unlawful", "political_or_religious", "unclear", "duplicate", "other"),
    NeedAction.HOLD: ("timing", "budget", "circumstances", "unreachable", "other"),
    NeedAction.CANCEL: (*ENDING, "entered_by_mistake"),
}
"""Actions that take reason codes, and which."""
REASON_REQUIRED = frozenset({NeedAction.REJECT})
