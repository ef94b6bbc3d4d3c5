"""Reason codes of the registration table, with their words. Data: a code is never removed, only no longer offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from talentbank.registrations.lifecycle import RegistrationAction as Action


@dataclass(frozen=True, slots=True)
class Reason:
    ja: str
    en: str


REASONS: Mapping[str, Reason] = {
    "out_of_scope": Reason("バンクの対象外", "Outside the bank's scope"),
    "unlawful": Reason("法令に触れるおそれ", "May be against the law"),
    "declaration_broken": Reason("誓約に反する", "Against the declaration"),
    "unclear": Reason("内容が確認できない", "The content cannot be confirmed"),
    "duplicate": Reason("重複", "Duplicate"),
    "complaint": Reason("苦情への対応", "A complaint is being looked into"),
    "unreachable": Reason("連絡が取れない", "Cannot be reached"),
    "busy": Reason("本業などの都合", "Other work"),
    "health_or_family": Reason("本人や家族の事情", "Personal or family reasons"),
    "moved": Reason("転居", "Moved away"),
    "no_longer_wished": Reason("希望しなくなった", "No longer wished"),
    "circumstances": Reason("事業者の事情", "The organization's circumstances"),
    "entered_by_mistake": Reason("入力の誤り", "Entered by mistake"),
    "other": Reason("その他", "Other"),
}
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
