"""One proposal for each open need of a bank, to be looked over and sent to `matches/bulk-propose`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.candidates.outputs import (
    COUNT,
    SHARE,
    CandidateAsOf,
    CandidateContribution,
    CandidateExclusion,
    CandidateMissing,
    CandidateNeed,
    CandidateProfessional,
    CandidateRefusal,
)
from api.candidates.rendering import causes_shown, contribution_shown
from api.catalogue import sentence
from api.filters import ChoiceFilter, FlagFilter, UUIDsFilter, WholeFilter
from api.preconditions import etag_of
from api.routing import endpoint
from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    StrictUUIDField,
)
from api.statistics.figures import BankFilters, BankName
from api.views import FactView
from talentbank.accounts.policies import require_coordinator
from talentbank.banks.models import Bank
from talentbank.banks.policy import ResidentsFirst
from talentbank.banks.selectors import bank_named
from talentbank.matches.slates import BankSlate, slate_of_bank
from talentbank.ranking.candidates import Strength
from talentbank.ranking.conditions import ConditionKind, Status
from talentbank.ranking.corpus import need_texts, profile_texts
from talentbank.ranking.slates import MOST_PLACES, SlateNeed, SlateProposal, SlateRules

MOST_REASONS = 5
MOST_PROPOSALS = 20


class SlateFilters(BankFilters):
    need = UUIDsFilter(help_text="These needs alone, in whatever state; repeatable. All that are open without it.")
    most_per_professional = WholeFilter(
        minimum=1, maximum=MOST_PROPOSALS, help_text="Proposals for one professional at most, within their hours; 3."
    )
    at_least = ChoiceFilter(
        Strength, help_text="Nobody weaker is proposed; `fair` if absent. Prospects and reserves always are."
    )
    beside_open = FlagFilter(help_text="`true`: also for needs that have a match on the way for each free place.")


class SlateItem(serializers.Serializer):
    """An item of `POST matches/bulk-propose`, as it is: a prospect by `match` and `etag`, or a pair."""

    match = StrictUUIDField(required=False)
    etag = StrictCharField(max_length=80, required=False)
    need = StrictUUIDField(required=False)
    professional = StrictUUIDField(required=False)


class SlateProposalOutput(serializers.Serializer):
    """A pair to propose. `rank` is its place among the need's own candidates: above 1, somebody ahead is proposed
    elsewhere. In `round` 2 the professional is proposed for the second time in this slate."""

    professional = CandidateProfessional()
    rank = StrictIntegerField(minimum=1, maximum=MOST_PLACES)
    round = StrictIntegerField(minimum=1, maximum=MOST_PROPOSALS)
    is_prospect = StrictBooleanField(help_text="A coordinator has chosen the pair already.")
    is_reserve = StrictBooleanField()
    strength = StrictChoiceField(Strength, allow_null=True)
    score = StrictFloatField(**SHARE, allow_null=True)
    contributions = CandidateContribution(many=True, help_text=f"The {MOST_REASONS} that weigh most.")
    missing = CandidateMissing(many=True)
    unmet = StrictListField(child=StrictChoiceField(ConditionKind), max_length=10)
    item = SlateItem()


class SlateNeedOutput(serializers.Serializer):
    """A need with at most one proposal for each of `places`. `reasons` say why a place stays open; `excluded` counts,
    where nobody is proposed, who is kept from the need, each under the first reason."""

    need = CandidateNeed()
    places = StrictIntegerField(minimum=0, maximum=MOST_PLACES)
    proposals = SlateProposalOutput(many=True)
    reasons = CandidateRefusal(many=True)
    considered = StrictIntegerField(**COUNT, allow_null=True)
    excluded = CandidateExclusion(many=True)


class SlateCounts(serializers.Serializer):
    needs = StrictIntegerField(**COUNT)
    served = StrictIntegerField(**COUNT)
    places = StrictIntegerField(**COUNT)
    proposals = StrictIntegerField(**COUNT)


class SlateOutput(serializers.Serializer):
    """A slate, the need that is open for longest first, with the rules it keeps."""

    bank = BankName()
    results = SlateNeedOutput(many=True)
    counts = SlateCounts()
    most_per_professional = StrictIntegerField(minimum=1, maximum=MOST_PROPOSALS)
    at_least = StrictChoiceField(Strength)
    beside_open = StrictBooleanField()
    residents_first = StrictChoiceField(ResidentsFirst)
    model_version = StrictCharField(max_length=40)
    as_of = CandidateAsOf()


def slate_shown(found: BankSlate) -> dict[str, Any]:
    slate = found.slate
    return {
        "bank": slate.bank,
        "results": [_need(row, found) for row in slate.needs],
        "counts": {
            "needs": len(slate.needs),
            "served": sum(bool(row.proposals) for row in slate.needs),
            "places": sum(row.places for row in slate.needs),
            "proposals": slate.proposals,
        },
        "most_per_professional": slate.rules.most_per_professional,
        "at_least": slate.rules.at_least,
        "beside_open": slate.rules.beside_open,
        "residents_first": slate.residents_first,
        "model_version": slate.model_version,
        "as_of": {"revision": slate.revision, "at": slate.at},
    }


def _need(row: SlateNeed, found: BankSlate) -> dict[str, Any]:
    need = row.need
    return {
        "need": {
            "id": need.pk,
            "reference": need.reference,
            "title": need.title,
            "organization": need.organization.name,
            "area": need.area,
            "engagement_type": need.engagement_type,
            "deadline": need.deadline,
        },
        "places": row.places,
        "proposals": [_proposal(each, found) for each in row.proposals],
        "reasons": [{"code": each.code, "detail": sentence(each.code, **each.facts)} for each in row.reasons],
        "considered": row.considered,
        "excluded": causes_shown(row.excluded),
    }


def _proposal(proposal: SlateProposal, found: BankSlate) -> dict[str, Any]:
    candidate = proposal.candidate
    ranked = candidate.ranked
    texts = need_texts(candidate.need), profile_texts(candidate.professional)
    return {
        "professional": candidate.professional,
        "rank": proposal.rank,
        "round": proposal.round,
        "is_prospect": proposal.is_prospect,
        "is_reserve": candidate.is_reserve,
        "strength": candidate.strength,
        "score": ranked.score,
        "contributions": [contribution_shown(row, *texts) for row in ranked.contributions[:MOST_REASONS]],
        "missing": list(candidate.missing),
        "unmet": [each.kind for each in candidate.conditions if each.status is Status.UNMET],
        "item": _item(proposal, found),
    }


def _item(proposal: SlateProposal, found: BankSlate) -> dict[str, Any]:
    pair = (proposal.candidate.need.pk, proposal.candidate.professional.pk)
    match = found.prospects.get(pair)
    if match is None:
        return {"need": pair[0], "professional": pair[1]}
    return {"match": match.pk, "etag": etag_of(match.version, {"match": str(match.pk), "state": match.state})}


class SlateRead(FactView):
    """One proposal for each open place of the bank's needs, as good as can be for all of them together. For
    coordinators. Computed at each call, kept nowhere, told to nobody: look it over, and send the `item`s that you want,
    20 at a time, to `POST matches/bulk-propose`.

    As many needs as possible get a proposal, then as many places; prospects and reserves go first, then residents where
    the bank groups them, then the highest sum of scores; ties go to residents where the policy says so, then to the
    lower id. Professionals are asked again only for what is still open when everybody was asked once.
    """

    operation_id, summary, tag = ("slates_read", "Compute one proposal for each open need", "candidates")
    required_scopes = ("matches:read",)
    filterset_class = SlateFilters
    output_serializer = SlateOutput
    extra_statuses = frozenset({404})

    def find(self, **ids: Any) -> Bank:
        return bank_named(self.parameters["bank"])

    def permit(self, row: Bank) -> None:
        require_coordinator(self.actor, row.pk)

    def answer(self, **ids: Any) -> dict[str, Any]:
        asked = {name: self.parameters[name] for name in ("most_per_professional", "at_least", "beside_open")}
        rules = SlateRules(**{name: value for name, value in asked.items() if value is not None})
        return slate_shown(slate_of_bank(bank=self.row, rules=rules, at=self.at, need_ids=self.parameters["need"]))


urlpatterns = [endpoint("slates", get=SlateRead)]
