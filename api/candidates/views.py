"""Operations on candidates: computed at each call, never kept."""

from __future__ import annotations

from typing import Any

from api.candidates.outputs import CandidateListOutput
from api.candidates.rendering import ranking_shown
from api.filters import ChoiceFilter, StrictFilterSet, WholeFilter
from api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from api.views import FactView
from talentbank.core.actors import Side
from talentbank.core.errors import Forbidden
from talentbank.ranking.policies import Audience, need_for_candidates, professional_for_candidates
from talentbank.ranking.services import candidates_for_need, candidates_for_professional


class CandidateFilters(StrictFilterSet):
    include = ChoiceFilter(["excluded"], help_text="For staff: also those who are left out, each with the reasons.")
    limit = WholeFilter(minimum=1, maximum=MAX_LIMIT, help_text=f"How many of the best; {DEFAULT_LIMIT} if absent.")


class CandidateOperation(FactView):
    """Ranks. There is no cursor: the best are few, and the order may change with the next edit of a profile."""

    tag = "candidates"
    required_scopes = ("matches:read",)
    filterset_class = CandidateFilters
    output_serializer = CandidateListOutput

    def render_row(self, row: Any) -> Any:
        """`ranking_shown` has made what the output says."""
        return row

    @property
    def limit(self) -> int:
        return self.parameters["limit"] or DEFAULT_LIMIT

    def includes_excluded(self, audience: Audience) -> bool:
        """:raises Forbidden: asked for by a side, which is not told whom a ranking leaves out."""
        if self.parameters["include"] and audience is not Audience.STAFF:
            raise Forbidden()
        return bool(self.parameters["include"])


class NeedCandidates(CandidateOperation):
    """Professionals for a need, ranked and explained: real names and numbers for coordinators, cards for its own
    people. Who cannot be matched now is left out, and counted for coordinators."""

    operation_id, summary = "needs_candidates", "Rank professionals for a need"

    def answer(self, **ids: Any) -> Any:
        need, audience = need_for_candidates(self.actor, ids["id"])
        self.require_scopes()
        excluded = self.includes_excluded(audience)
        ranking = candidates_for_need(
            need=need,
            limit=self.limit,
            at=self.at,
            include_excluded=excluded,
            for_sides=audience is Audience.SIDE,
        )
        return ranking_shown(ranking, asking=Side.ORGANIZATION, audience=audience, with_excluded=excluded)


class ProfessionalCandidates(CandidateOperation):
    """Needs for a professional, ranked and explained: all with numbers for coordinators; for the professional those it
    may see, in words."""

    operation_id, summary = "professionals_candidates", "Rank needs for a professional"

    def answer(self, **ids: Any) -> Any:
        professional, audience = professional_for_candidates(self.actor, ids["id"])
        self.require_scopes()
        excluded = self.includes_excluded(audience)
        ranking = candidates_for_professional(
            professional=professional,
            limit=self.limit,
            at=self.at,
            include_excluded=excluded,
            for_sides=audience is Audience.SIDE,
        )
        return ranking_shown(ranking, asking=Side.PROFESSIONAL, audience=audience, with_excluded=excluded)
