"""Reason codes of the registration table, by action. Their labels and polite words stand in reasons.json."""

from __future__ import annotations

from collections.abc import Mapping

from talentbank.core.reasons import reasons_read
from talentbank.registrations.lifecycle import RegistrationAction as Action

REASONS = reasons_read(__file__)
_REVIEW = ("out_of_scope", "unlawful", "declaration_broken", "unclear", "duplicate", "other")
_RESTING = ("busy", "health_or_family", "circumstances", "unreachable", "other")
REASONS_BY_ACTION: Mapping[str, tuple[str, ...]] = {
    Action.REQUEST_CHANGES: ("unclear", "out_of_scope", "duplicate", "other"),
    Action.REJECT: _REVIEW,
    Action.REJECT_CHANGES: ("unclear", "duplicate", "entered_by_mistake", "other"),
    Action.PAUSE: _RESTING,
    Action.SUSPEND: ("declaration_broken", "unlawful", "complaint", "unreachable", "other"),
    Action.WITHDRAW: (*_RESTING, "moved", "no_longer_wished", "duplicate", "entered_by_mistake"),
}
"""Actions that take reason codes, and which."""
