"""Why a match has its score: for coordinators and for whoever audits it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.candidates.outputs import SHARE, CandidateConflict, CandidateContribution, CandidateParts
from api.candidates.rendering import conflict_shown, contribution_shown
from api.catalogue import sentence
from api.serializers import StrictCharField, StrictChoiceField, StrictFloatField, StrictListField
from api.views import FactView
from matching.documents import Part
from talentbank.accounts.policies import require_coordinator
from talentbank.matches.explanations import ReplayCode, match_explanation
from talentbank.matches.models import Match
from talentbank.matches.selectors import match_get
from talentbank.ranking.scored_pairs import Replayed


class ReplayTexts(serializers.Serializer):
    """What was read of both sides when the match was opened, under the names of the resources; spans point into it.

    Names and contacts are struck out of it; of skills and problems it holds the words of the vocabulary.
    """

    need = serializers.DictField()
    profile = serializers.DictField()


class ScoreReplay(serializers.Serializer):
    """The score computed again from what was kept. All rows of `contributions` sum to it."""

    score = StrictFloatField(**SHARE, allow_null=True)
    parts = CandidateParts(allow_null=True)
    contributions = CandidateContribution(many=True)
    missing_skills = StrictListField(child=StrictCharField(max_length=60), max_length=1000)
    missing_terms = StrictListField(child=StrictCharField(max_length=4000), max_length=100_000)
    conflicts = CandidateConflict(many=True)
    texts = ReplayTexts()


class MatchExplanation(serializers.Serializer):
    """Score, reasons, model version and slate as they stood when the match was opened.

    `code` says whether the score could be told again: `replayed` (it is the kept one, to 1e-9), `replay_differs`,
    `texts_erased` or `texts_not_kept`. The numbers and terms of `snapshot` stay in each case.
    """

    snapshot = serializers.DictField()
    code = StrictChoiceField(ReplayCode)
    detail = StrictCharField(max_length=400)
    replay = ScoreReplay(allow_null=True)


class MatchExplanationRead(FactView):
    """The score of a match and every reason, told again as it was when the match was opened, whatever has changed
    since; of a prospect also the slate that it was chosen from. For coordinators."""

    operation_id, summary, tag = ("matches_explanation", "Explain the score of a match", "matches")
    required_scopes = ("matches:decide",)
    output_serializer = MatchExplanation

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"])

    def permit(self, row: Match) -> None:
        require_coordinator(self.actor, row.bank_id)

    def answer(self, **ids: Any) -> Any:
        found = match_explanation(self.row)
        return {
            "snapshot": found.snapshot,
            "code": found.code,
            "detail": sentence(found.code),
            "replay": _replay(found.replayed) if found.replayed else None,
        }


def _replay(replayed: Replayed) -> dict[str, Any]:
    ranked, texts = replayed.ranked, (replayed.need, replayed.profile)
    return {
        "score": ranked.score,
        "parts": {str(part): value for part, value in ranked.parts.items()} if ranked.parts else None,
        "contributions": [contribution_shown(row, *texts) for row in ranked.contributions],
        "missing_skills": [gap.term for gap in ranked.missing if gap.part is Part.SKILLS],
        "missing_terms": [gap.term for gap in ranked.missing if gap.part is Part.TEXT],
        "conflicts": [conflict_shown(each, *texts) for each in ranked.conflicts],
        "texts": {"need": replayed.need, "profile": replayed.profile},
    }
