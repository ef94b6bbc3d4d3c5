"""Reason codes per action, each with a polite text. Data: a code is never removed, only no longer offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from talentbank.matches.states import Action


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: label for the one who chooses, and what the other side may read (Japanese, English)."""

    ja: str
    en: str
    told_ja: str
    told_en: str


_TIMING = Reason(
    "時期が合わない", "The timing does not fit", "時期の都合が合いませんでした。", "The timing did not fit."
)
_CONTENT = Reason(
    "内容が自分に合わない", "The content does not fit", "内容の面で折り合いませんでした。", "The content did not fit."
)
_TERMS = Reason("条件が合わない", "The terms do not fit", "条件の面で折り合いませんでした。", "The terms did not fit.")
_FULL = Reason("手がいっぱい", "No hours left", "ただいま手がふさがっております。", "No hours are free at the moment.")
_ELSEWHERE = Reason(
    "ほかで解決した", "Solved elsewhere", "別の方法で進めることになりました。", "It was solved another way."
)
_OTHER = Reason("その他", "Other", "今回は見送りとなりました。", "It will not go ahead this time.")
_MISTYPED = Reason(
    "入力の誤り", "Entered by mistake", "手続きに誤りがありました。", "There was a mistake in the procedure."
)
_ILLNESS = Reason(
    "体調・家庭の事情", "Health or family", "やむを得ない事情がありました。", "Circumstances beyond control."
)
_NO_CONTACT = Reason("連絡が取れない", "Cannot be reached", "連絡が取れませんでした。", "There was no answer.")
_CONFLICT = Reason("利益相反のおそれ", "Conflict of interest", "ご紹介を見送りました。", "It was not introduced.")
_UNSUITED = Reason(
    "適合しないと判断", "Judged not to fit", "今回はご紹介を見送りました。", "It was not introduced this time."
)

SIDE_REASONS: Mapping[str, Reason] = {
    "timing": _TIMING,
    "content": _CONTENT,
    "terms": _TERMS,
    "no_hours": _FULL,
    "solved_elsewhere": _ELSEWHERE,
    "circumstances": _ILLNESS,
    "other": _OTHER,
}
STAFF_REASONS: Mapping[str, Reason] = {
    "unsuited": _UNSUITED,
    "conflict_of_interest": _CONFLICT,
    "entered_by_mistake": _MISTYPED,
    "duplicate": _MISTYPED,
    "unreachable": _NO_CONTACT,
    "requested_by_professional": _OTHER,
    "requested_by_organization": _OTHER,
    "other": _OTHER,
}
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
