"""Steps of tests: a call of match_transition in few words."""

from __future__ import annotations

from typing import Any

from talentbank.accounts.models import User
from talentbank.core.actors import SYSTEM, Channel, OnBehalf, Side
from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused
from talentbank.matches.models import Match
from talentbank.matches.services import match_transition
from tests import factories
from tests.factories import AT, TODAY

INPUTS: dict[str, dict[str, Any]] = {
    "postpone": {"until": TODAY.replace(day=20)},
    "confirm": {"terms_version": 1},
    "amend": {"terms_version": 2},
    "suspend": {"requested_by": "professional"},
    "deliver": {"report": "ショップを公開しました。"},
    "return": {"missing": "手順書がありません。"},
    "complete": {"ended_on": TODAY, "hours_worked": 12.0},
    "terminate": {"ended_on": TODAY},
    "correct": {"field": "hours_worked", "new": "8"},
}
REASON_CODES = {
    "decline": ("timing",),
    "withdraw": ("timing",),
    "reject": ("unsuited",),
    "cancel": ("other",),
    "suspend": ("circumstances",),
    "terminate": ("circumstances",),
    "undo": ("entered_by_mistake",),
    "correct": ("entered_by_mistake",),
}


def move(match: Match, action: str, user: User | None, *, for_side: str = "", at: Any = AT, **values: Any) -> Match:
    """Take one step as `user` (None: the system), with the input that the action needs by default."""
    behalf = OnBehalf(Side(for_side), Channel.PHONE, "電話で本人に確認") if for_side else None
    codes = values.pop("reason_codes", REASON_CODES.get(action, ()))
    acting_as = values.pop("acting_as", "")
    version = values.pop("expected_version", None) or Match.objects.get(pk=match.pk).version
    step = Step(
        actor=factories.actor(user, acting_as) if user else SYSTEM,
        at=at,
        on_behalf=behalf,
        happened_on=values.pop("happened_on", None),
        reason_codes=codes,
        note=values.pop("note", ""),
        input={**INPUTS.get(action, {}), **values},
    )
    return match_transition(match_id=match.pk, action=action, step=step, expected_version=version if user else None)


def refusal_codes(*args: Any, **kwargs: Any) -> list[str]:
    """Codes of the guards that refuse a step; a step that is allowed fails the test."""
    try:
        move(*args, **kwargs)
    except ActionRefused as refused:
        return [refusal.code for refusal in refused.refusals]
    raise AssertionError("the step was allowed")
