"""The system's rows of the match table, on plain calendar days; run by the command `tick`, as often as one likes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from talentbank.core.actors import SYSTEM
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import ActionRefused
from talentbank.matches.models import Match
from talentbank.matches.services import match_transition
from talentbank.matches.states import AWAITING_ANSWER, Action, State


def matches_tick(*, at: datetime) -> dict[str, int]:
    """Resume what was postponed until today, close what nobody answered; return counts by action.

    Each match is its own transaction and its guards read the state under the lock, so two runs at once act once and
    a fresh answer is never overridden.
    """
    today = day_of(at)
    counts = {"resumed": 0, "expired": 0}
    for pk in _ids(Q(state=State.POSTPONED, postponed_until__lte=today)):
        counts["resumed"] += _try(pk, Action.RESUME, at)
    waiting = [*AWAITING_ANSWER, State.POSTPONED, State.PROSPECT]
    for pk in _ids(Q(state__in=waiting, due_on__lt=today)):
        counts["expired"] += _try(pk, Action.EXPIRE, at)
    return counts


def _ids(where: Q) -> list[object]:
    return list(Match.objects.filter(where).order_by("pk").values_list("pk", flat=True))


def _try(pk: object, action: Action, at: datetime) -> int:
    try:
        match_transition(match_id=pk, action=action, step=Step(actor=SYSTEM, at=at), expected_version=None)  # type: ignore[arg-type]
    except ActionRefused:
        return 0
    return 1
