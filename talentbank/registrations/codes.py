"""Reason codes of the registration table, by action. Their labels and polite words stand in reasons.json,
and of steps that those do not fit in steps.json."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from talentbank.core.reasons import reasons_by_action, reasons_read, told_of
from talentbank.registrations.lifecycle import RegistrationAction as Action

ALL = reasons_read(__file__)
_REVIEW = ("out_of_scope", "unlawful", "declaration_broken", "unclear", "duplicate", "other")
_RESTING = ("busy", "health_or_family", "circumstances", "unreachable", "other")
_OFFERED: Mapping[str, tuple[str, ...]] = {
    Action.REQUEST_CHANGES: ("unclear", "out_of_scope", "duplicate", "other"),
    Action.REJECT: _REVIEW,
    Action.REJECT_CHANGES: ("unclear", "duplicate", "entered_by_mistake", "other"),
    Action.PAUSE: _RESTING,
    Action.SUSPEND: ("declaration_broken", "unlawful", "complaint", "unreachable", "other"),
    Action.WITHDRAW: (*_RESTING, "moved", "no_longer_wished", "duplicate", "entered_by_mistake"),
}
REASONS = reasons_by_action(__file__, _OFFERED)
"""Actions that take reason codes, and which."""
told = partial(told_of, REASONS, ALL)
