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


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers and switches of one bank. Days are calendar days."""

    four_eyes: FourEyes = FourEyes.STRICT
    ask_first: Side = Side.PROFESSIONAL
    residents_first: ResidentsFirst = ResidentsFirst.TIE_BREAK
    introductions_per_place: int = 3
    open_invitations_per_need: int = 5
    decision_required: bool = False
    registration_valid_years: int = 2
    answer_days: int = 14
    organization_answer_days: int = 21
    prospect_days: int = 30
    postpone_days: int = 90
    fulfilled_close_days: int = 14
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
        if errors:
            raise InvalidInput(errors)
        return cls(**made)

    def to_json(self) -> dict[str, Any]:
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}


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
