"""Reason codes of the need table, by action. Their labels and polite words stand in reasons.json, and of
steps that those do not fit in steps.json."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from talentbank.core.reasons import reasons_by_action, reasons_read, told_of
from talentbank.needs.lifecycle import NeedAction

ALL = reasons_read(__file__)
ENDING = ("duplicate", "timing", "budget", "solved_elsewhere", "circumstances", "unreachable", "other")
_OFFERED: Mapping[str, tuple[str, ...]] = {
    NeedAction.REQUEST_CHANGES: ("unclear", "out_of_scope", "duplicate", "other"),
    NeedAction.REJECT: ("out_of_scope", "unlawful", "political_or_religious", "unclear", "duplicate", "other"),
    NeedAction.HOLD: ("timing", "budget", "circumstances", "unreachable", "other"),
    NeedAction.CANCEL: (*ENDING, "entered_by_mistake"),
}
REASONS = reasons_by_action(__file__, _OFFERED)
"""Actions that take reason codes, and which."""
REASON_REQUIRED = frozenset({NeedAction.REJECT})
told = partial(told_of, REASONS, ALL)
