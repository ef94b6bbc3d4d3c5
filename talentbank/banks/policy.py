"""A bank's policy: what a city decides for itself, with defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from talentbank.core.actors import Side
from talentbank.core.errors import FieldError, InvalidInput


class FourEyes(StrEnum):
    """Whether the person who typed or answered may approve: never, at once with a countersignature, or always."""

    STRICT = "strict"
    COUNTERSIGN = "countersign"
    OFF = "off"


class ResidentsFirst(StrEnum):
    """How city residents are ordered among candidates; stated in the answer, never part of the score."""

    TIE_BREAK = "tie_break"
    GROUP = "group"
    OFF = "off"


class StaffSecondFactor(StrEnum):
    """Whether a staff role counts only for an account with a second factor. The installation may ask everywhere."""

    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers and switches of one bank.

    Days of the ladders (LADDERS) are business days since a state was entered; all others are calendar days.
    """

    four_eyes: FourEyes = FourEyes.STRICT
    ask_first: Side = Side.PROFESSIONAL
    residents_first: ResidentsFirst = ResidentsFirst.TIE_BREAK
    staff_second_factor: StaffSecondFactor = StaffSecondFactor.OPTIONAL
    introductions_per_place: int = 3
    open_invitations_per_need: int = 5
    decision_required: bool = False
    registration_valid_years: int = 2
    answer_nudge_days: int = 3
    answer_channel_days: int = 5
    answer_call_days: int = 8
    answer_days: int = 10
    organization_nudge_days: int = 4
    organization_channel_days: int = 8
    organization_call_days: int = 12
    organization_answer_days: int = 15
    approval_escalate_days: int = 5
    introduced_call_days: int = 10
    negotiating_call_days: int = 15
    start_call_days: int = 10
    delivered_call_days: int = 10
    prospect_days: int = 30
    postpone_days: int = 90
    fulfilled_close_days: int = 14
    evaluation_days: int = 14
    need_on_hold_days: int = 90
    contacts_days_after_end: int = 90
    undo_minutes: int = 10
    undo_days: int = 30

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Policy:
        """Read a stored policy; absent keys take their default.

        :raises InvalidInput: for an unknown key or a value of the wrong kind.
        """
        known = {spec.name: spec for spec in fields(cls)}
        errors = [FieldError(f"/policy/{name}", "unknown_field") for name in value if name not in known]
        made: dict[str, Any] = {}
        for name, given in value.items():
            if name in known:
                default = known[name].default
                try:
                    made[name] = _converted(default, given)
                except ValueError:
                    errors.append(FieldError(f"/policy/{name}", "invalid"))
        if not errors:
            policy = cls(**made)
            errors = [FieldError(f"/policy/{name}", "ladder_must_rise") for name in policy.out_of_order()]
        if errors:
            raise InvalidInput(errors)
        return policy

    def rungs(self, state: str) -> dict[str, int]:
        """Rung to business days of the ladder of a waiting state, in rising order; empty where it has none."""
        return {rung: getattr(self, name) for rung, name in LADDERS.get(state, {}).items()}

    def out_of_order(self) -> list[str]:
        """Names of rungs that do not come after the one before."""
        wrong = []
        for state, ladder in LADDERS.items():
            days = list(self.rungs(state).values())
            wrong += [name for n, name in enumerate(list(ladder.values())[1:]) if days[n + 1] <= days[n]]
        return wrong

    def to_json(self) -> dict[str, Any]:
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}


LADDERS: Mapping[str, Mapping[str, str]] = {
    "awaiting_professional": {
        "nudge": "answer_nudge_days",
        "other_channel": "answer_channel_days",
        "call": "answer_call_days",
        "close": "answer_days",
    },
    "awaiting_organization": {
        "nudge": "organization_nudge_days",
        "other_channel": "organization_channel_days",
        "call": "organization_call_days",
        "close": "organization_answer_days",
    },
    "awaiting_approval": {"escalate": "approval_escalate_days"},
    "introduced": {"call": "introduced_call_days"},
    "negotiating": {"call": "negotiating_call_days"},
    "contracted": {"call": "start_call_days"},
    "delivered": {"call": "delivered_call_days"},
}
"""Waiting state → rung → the policy that says after how many business days.

Only the sides' answers are closed by a ladder; the city's own delay escalates to a bank_admin, and what people have in
hand (introduced and later) is called about, never closed.
"""


def _converted(default: Any, given: Any) -> Any:
    if isinstance(default, bool):
        if not isinstance(given, bool):
            raise ValueError(given)
        return given
    if isinstance(default, StrEnum):
        return type(default)(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 3650:
        raise ValueError(given)
    return given
