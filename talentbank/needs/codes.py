"""Reason codes of the need table, with their words. Data: a code is never removed, only no longer offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from talentbank.needs.lifecycle import NeedAction


@dataclass(frozen=True, slots=True)
class Reason:
    ja: str
    en: str


REASONS: Mapping[str, Reason] = {
    "out_of_scope": Reason("バンクの対象外", "Outside the bank's scope"),
    "unlawful": Reason("法令に触れるおそれ", "May be against the law"),
    "political_or_religious": Reason("政治・宗教活動を目的とする", "Political or religious aim"),
    "unclear": Reason("内容が確認できない", "The content cannot be confirmed"),
    "duplicate": Reason("重複", "Duplicate"),
    "timing": Reason("時期が合わない", "The timing does not fit"),
    "budget": Reason("予算の都合", "Budget"),
    "solved_elsewhere": Reason("ほかで解決した", "Solved elsewhere"),
    "circumstances": Reason("事業者の事情", "The organization's circumstances"),
    "unreachable": Reason("連絡が取れない", "Cannot be reached"),
    "entered_by_mistake": Reason("入力の誤り", "Entered by mistake"),
    "other": Reason("その他", "Other"),
}
ENDING = ("duplicate", "timing", "budget", "solved_elsewhere", "circumstances", "unreachable", "other")
REASONS_BY_ACTION: Mapping[str, tuple[str, ...]] = {
    NeedAction.REQUEST_CHANGES: ("unclear", "out_of_scope", "duplicate", "other"),
    NeedAction.REJECT: ("out_of_scope", "unlawful", "political_or_religious", "unclear", "duplicate", "other"),
    NeedAction.HOLD: ("timing", "budget", "circumstances", "unreachable", "other"),
    NeedAction.CANCEL: (*ENDING, "entered_by_mistake"),
}
"""Actions that take reason codes, and which."""
REASON_REQUIRED = frozenset({NeedAction.REJECT})
