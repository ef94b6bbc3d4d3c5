"""Why a match has its score: told again as it was, until the texts that it was made of are erased."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from talentbank.core.models import Event, EventText
from talentbank.matches.models import Match
from talentbank.matches.states import Action
from talentbank.ranking.scored_pairs import Replayed, pair_replay

SCORED = "scored"
"""Under this name the texts of the event that opened a match hold the record of its score."""


class ReplayCode(StrEnum):
    REPLAYED = "replayed"
    DIFFERS = "replay_differs"
    TEXTS_ERASED = "texts_erased"
    TEXTS_NOT_KEPT = "texts_not_kept"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The kept numbers and words, and the score told again: None once the texts are gone."""

    snapshot: dict[str, Any]
    code: ReplayCode
    replayed: Replayed | None = None


def match_explanation(match: Match) -> Explanation:
    """The score of a match, from what was kept when it was opened; nothing that has changed since is read."""
    snapshot = match.snapshot
    opened = Event.objects.filter(subject_kind="match", subject_id=match.pk, action=Action.CREATE)
    text = EventText.objects.filter(event__in=opened).first()
    record = text.content.get(SCORED) if text else None
    if record is None:
        return Explanation(
            snapshot, ReplayCode.TEXTS_ERASED if snapshot.get("replayable") else ReplayCode.TEXTS_NOT_KEPT
        )
    replayed = pair_replay(record, professional_id=match.professional_id)
    return Explanation(snapshot, ReplayCode.REPLAYED if replayed.agrees(snapshot) else ReplayCode.DIFFERS, replayed)
