"""The words of the lifecycle: states, origins, actions and reasons, in the contract's order. Pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    PROSPECT = "prospect"
    AWAITING_PROFESSIONAL = "awaiting_professional"
    AWAITING_ORGANIZATION = "awaiting_organization"
    AWAITING_APPROVAL = "awaiting_approval"
    INTRODUCED = "introduced"
    NEGOTIATING = "negotiating"
    CONTRACTED = "contracted"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    POSTPONED = "postponed"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    State.PROSPECT: "検討中",
    State.AWAITING_PROFESSIONAL: "人材の回答待ち",
    State.AWAITING_ORGANIZATION: "事業者の回答待ち",
    State.AWAITING_APPROVAL: "市の確認待ち",
    State.INTRODUCED: "紹介済み",
    State.NEGOTIATING: "条件調整中",
    State.CONTRACTED: "成立",
    State.ACTIVE: "支援中",
    State.SUSPENDED: "中断中",
    State.DELIVERED: "完了報告済み",
    State.COMPLETED: "完了",
    State.POSTPONED: "保留中",
    State.CLOSED: "終了",
}
CLOSED_STATES = frozenset({State.COMPLETED, State.CLOSED})
AWAITING_ANSWER = frozenset({State.AWAITING_PROFESSIONAL, State.AWAITING_ORGANIZATION})
BEFORE_INTRODUCTION = AWAITING_ANSWER | {State.AWAITING_APPROVAL, State.POSTPONED}
INTRODUCING = frozenset({State.INTRODUCED, State.NEGOTIATING})
RUNNING = frozenset({State.CONTRACTED, State.ACTIVE, State.SUSPENDED, State.DELIVERED})
TAKING = RUNNING | {State.COMPLETED}
UP_TO_NEGOTIATING = BEFORE_INTRODUCTION | INTRODUCING | {State.PROSPECT}


class Origin(StrEnum):
    PROSPECT = "prospect"
    APPLY = "apply"
    INVITE = "invite"
    REPEAT = "repeat"


class Action(StrEnum):
    CREATE = "create"
    PROPOSE = "propose"
    ACCEPT = "accept"
    DECLINE = "decline"
    POSTPONE = "postpone"
    RESUME = "resume"
    APPROVE = "approve"
    REJECT = "reject"
    COUNTERSIGN = "countersign"
    NEGOTIATE = "negotiate"
    CONFIRM = "confirm"
    START = "start"
    AMEND = "amend"
    SUSPEND = "suspend"
    CONTINUE = "continue"
    DELIVER = "deliver"
    RETURN = "return"
    COMPLETE = "complete"
    TERMINATE = "terminate"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    EXPIRE = "expire"
    CASCADE = "cascade"
    UNDO = "undo"
    CORRECT = "correct"


class ClosedReason(StrEnum):
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    CANCELLED = "cancelled"
    MISTAKEN = "mistaken"
    DUPLICATE = "duplicate"
    UNREACHABLE = "unreachable"
    LAPSED = "lapsed"
    FILLED = "filled"
    NEED_CANCELLED = "need_cancelled"
    NEED_EXPIRED = "need_expired"
    NEED_ON_HOLD = "need_on_hold"
    PARTY_UNAVAILABLE = "party_unavailable"
    TERMINATED = "terminated"
