"""The system's rows of the match table, each on its day; run by the command `tick`, as often as one likes."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Q

from talentbank.core.actors import SYSTEM
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import ActionRefused
from talentbank.core.timers import each
from talentbank.matches.models import Match
from talentbank.matches.services import match_transition
from talentbank.matches.states import AWAITING_ANSWER, Action, State


def matches_tick(*, at: datetime) -> dict[str, int]:
    """Resume what was postponed until today, close what nobody answered; return counts by action.

    Each match is its own transaction and its guards read the state under the lock, so two runs at once act once and
    a fresh answer is never overridden.
    """
    today = day_of(at)
    waiting = [*AWAITING_ANSWER, State.POSTPONED, State.PROSPECT]
    due = {
        "resumed": (Action.RESUME, Q(state=State.POSTPONED, postponed_until__lte=today)),
        "expired": (Action.EXPIRE, Q(state__in=waiting, due_on__lt=today)),
    }
    counts: Counter[str] = Counter(resumed=0, expired=0)
    for name, (action, where) in due.items():
        counts[name], failed = each(_ids(where), partial(_try, action=action, at=at), what=action)
        if failed:
            counts["failed"] += failed
    return dict(counts)


def _ids(where: Q) -> list[UUID]:
    return list(Match.objects.filter(where).order_by("pk").values_list("pk", flat=True))


def _try(pk: UUID, *, action: Action, at: datetime) -> int:
    try:
        match_transition(match_id=pk, action=action, step=Step(actor=SYSTEM, at=at), expected_version=None)
    except ActionRefused:
        return 0
    return 1
