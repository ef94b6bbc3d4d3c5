"""The score of a pair as it was when somebody acted on it: kept, and told again.

Two parts, for they live differently long. The snapshot holds numbers and the words that met, and stays with the match.
The record holds the texts that were read and all that the score was made of; it lies in an erasable row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from matching.documents import Ranked
from matching.explanation import explain
from matching.replay import record_of, replay
from talentbank.core.clock import day_of
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking import corpus
from talentbank.ranking.conditions import work_refusals
from talentbank.ranking.services import candidates_for_need
from talentbank.ranking.store import state_of

SLATE_DEPTH = 100
"""As many as one answer of candidates lists: nobody was shown more."""
EQUAL = 1e-9


class PairScore(NamedTuple):
    """JSON values; see above."""

    snapshot: dict[str, Any]
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A kept score told again, with the texts that its spans point into (`corpus.need_texts`, `profile_texts`)."""

    ranked: Ranked
    need: dict[str, Any]
    profile: dict[str, Any]

    def agrees(self, snapshot: dict[str, Any]) -> bool:
        """Whether it is the score that was kept, to 1e-9."""
        kept, told = snapshot["score"], self.ranked.score
        return kept is told if kept is None or told is None else abs(kept - told) <= EQUAL


def pair_score(*, need: Need, professional: Professional, at: datetime) -> PairScore:
    """Score and reasons of a pair as they are now."""
    state = state_of(need.bank_id)
    model = state.professionals.model
    asked, told = model.query(corpus.query_of(need)), model.document(corpus.document_of(professional))
    ranked = explain(asked, told, id=str(professional.pk))
    snapshot = {
        "score": ranked.score,
        "insufficient_data": ranked.insufficient_data,
        "confidence": ranked.confidence,
        "parts": {str(part): value for part, value in ranked.parts.items()},
        "reasons": [
            {
                "part": str(row.part),
                "need_term": row.query_term,
                "profile_term": row.document_term,
                "relation": str(row.relation),
                "similarity": row.similarity,
                "contribution": row.value,
                "field": row.field,
            }
            for row in ranked.contributions
        ],
        "model_version": state.model_version,
        "revision": state.revision,
        "as_of": at.isoformat(),
        "replayable": True,
    }
    texts = {"need": corpus.need_texts(need), "profile": corpus.profile_texts(professional)}
    return PairScore(snapshot, {**texts, "pair": record_of(asked, told)})


def pair_replay(record: dict[str, Any], *, professional_id: UUID) -> Replayed:
    """The score again, from its record alone: neither today's rows nor today's index are read."""
    need, profile = record["need"], record["profile"]
    fields = {"need": corpus.need_fields(need), "profile": corpus.profile_fields(profile)}
    return Replayed(replay(record["pair"], **fields, id=str(professional_id)), need, profile)


def slate_of(*, need: Need, professional: Professional, at: datetime) -> dict[str, Any]:
    """The ranking that somebody is chosen from, so that rankings can be judged by the choices later.

    `rank` from 1, None for who is not listed; `above` are the ids listed before, or all that are; `excluded_by` are
    the hard conditions that the choice overrules.
    """
    answer = candidates_for_need(need=need, limit=SLATE_DEPTH, at=at)
    listed = [each.professional.pk for each in answer.results]
    rank = listed.index(professional.pk) + 1 if professional.pk in listed else None
    return {
        "as_of": at.isoformat(),
        "revision": answer.revision,
        "model_version": answer.model_version,
        "residents_first": str(answer.residents_first),
        "rank": rank,
        "considered": answer.considered,
        "above": [str(id) for id in (listed if rank is None else listed[: rank - 1])],
        "excluded_by": [each.code for each in work_refusals(need, professional, today=day_of(at))],
    }
