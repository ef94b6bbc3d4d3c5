"""The conditions of a pair as JSON: facts beside the score."""

from __future__ import annotations

from typing import Any

from api.catalogue import sentence
from talentbank.ranking.conditions import Condition, ConditionKind


def condition_shown(condition: Condition) -> dict[str, Any]:
    """A condition with what each side holds."""
    return {
        "kind": condition.kind,
        "status": condition.status,
        "reason": condition.reason,
        "detail": sentence(condition.reason),
        "hard": condition.hard,
        "need": _terms(condition.kind, condition.need_value),
        "professional": _terms(condition.kind, condition.professional_value),
    }


def _terms(kind: ConditionKind, value: Any) -> dict[str, Any] | None:
    """What a side holds, under the member that fits its kind; None where it has not said."""
    if value is None:
        return None
    if kind is ConditionKind.FEE:
        yen = value.get("max_yen", value.get("min_yen"))
        return {name: held for name, held in {"yen": yen, "basis": value["basis"]}.items() if held is not None} or None
    if kind is ConditionKind.CAPACITY:
        return {"hours": value}
    return {"values": value} if isinstance(value, list) else {"value": str(value)}
