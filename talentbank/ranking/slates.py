"""One proposal for each open place of a bank: computed at each call, and kept by nobody until it is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import prefetch_related_objects

from matching.slate import Choice, Opening, Option, slate_of
from talentbank.banks.models import Bank
from talentbank.banks.policy import ResidentsFirst
from talentbank.core.clock import day_of
from talentbank.core.errors import Refusal
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking import corpus
from talentbank.ranking.candidates import Candidate, Strength, missing_skills, strength_of
from talentbank.ranking.conditions import conditions_of
from talentbank.ranking.market import Fit, Market, Prospects, market_of

MOST_PLACES = 300
"""Places of one slate; bounds time and memory. Every need gets its first before any gets a second, the longest open
first."""
STRENGTHS = (Strength.WEAK, Strength.FAIR, Strength.STRONG)


@dataclass(frozen=True, slots=True)
class SlateRules:
    """What the caller may choose. Prospects and reserves are proposed however weak they are.

    beside_open : for needs, too, that have as many matches on the way as places free
    """

    most_per_professional: int = 3
    at_least: Strength = Strength.FAIR
    beside_open: bool = False


@dataclass(frozen=True, slots=True)
class SlateProposal:
    """A pair to propose. `rank` : its place among the need's candidates."""

    candidate: Candidate
    rank: int
    round: int
    is_prospect: bool


@dataclass(frozen=True, slots=True)
class SlateNeed:
    """A need with its proposals, and why places stay open.

    places : places that are to be filled now
    excluded : of a need without proposals, how many are kept from it by their first reason
    """

    need: Need
    places: int = 0
    proposals: tuple[SlateProposal, ...] = ()
    reasons: tuple[Refusal, ...] = ()
    considered: int | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slate:
    """A slate as of a revision, the need that is open for longest first."""

    bank: Bank
    rules: SlateRules
    needs: tuple[SlateNeed, ...]
    residents_first: ResidentsFirst
    model_version: str
    revision: int
    at: datetime

    @property
    def proposals(self) -> int:
        return sum(len(each.proposals) for each in self.needs)


def slate_for_bank(
    *, bank: Bank, rules: SlateRules, prospects: Prospects, at: datetime, need_ids: Iterable[UUID] | None = None
) -> Slate:
    """Propose somebody for every open place of a bank's needs, or of these, as `matching.slate` describes.

    The goals between coverage and score: prospects, reserves, and residents where the bank groups them; after the
    score residents where they win ties, then the lower id.

    :raises NotFound: one of `need_ids` is no need of the bank.
    """
    market = market_of(bank, at=at, need_ids=need_ids, prospects=prospects)
    refused = {need.pk: _refusals(market, need, rules) for need in market.needs}
    places = _places(market, [need for need in market.needs if not refused[need.pk]], rules)
    total = sum(places.values())
    seeking = [need for need in market.needs if places.get(need.pk)]
    listed = {need.pk: fits for need, fits in zip(seeking, market.best_each(seeking, total), strict=True)}
    fits = {id: [fit for fit in found if _is_enough(fit, rules)] for id, found in listed.items()}
    choices = slate_of(
        [Opening(str(need.pk), places.get(need.pk, 0), need.hours_per_week or 0) for need in market.needs],
        _options(market, fits),
        hours={str(id): standing.left for id, standing in market.standings.items()},
        most=rules.most_per_professional,
    )
    proposals = _proposals(market, choices, listed)
    rows = []
    for need in market.needs:
        made = tuple(proposals.get(need.pk, ()))
        row = SlateNeed(need, places.get(need.pk, 0), made, tuple(refused[need.pk]))
        rows.append(_explained(market, row, listed.get(need.pk, []), fits.get(need.pk, [])))
    version, revision = market.state.model_version, market.state.revision
    return Slate(bank, rules, tuple(rows), market.policy.residents_first, version, revision, at)


def _refusals(market: Market, need: Need, rules: SlateRules) -> list[Refusal]:
    found = market.need_refusals(need)
    if not found and market.is_blank(need):
        found.append(Refusal("need_insufficient_data"))
    if not found and _wanted(market, need, rules) <= 0:
        found.append(Refusal("proposals_under_way", {"count": market.under_way(need)}))
    return found


def _wanted(market: Market, need: Need, rules: SlateRules) -> int:
    """Proposals that the need takes now: its free places, within what may be introduced at once."""
    under_way = market.under_way(need)
    introductions = market.policy.introductions_per_place * need.places_free - under_way
    return min(need.places_free - (0 if rules.beside_open else under_way), introductions)


def _places(market: Market, needs: Sequence[Need], rules: SlateRules) -> dict[UUID, int]:
    """Need to its places in this slate, MOST_PLACES in all."""
    places = {need.pk: 1 for need in needs[:MOST_PLACES]}
    for need in needs[:MOST_PLACES]:
        room = MOST_PLACES - sum(places.values())
        places[need.pk] += min(_wanted(market, need, rules) - 1, room)
    return places


def _is_enough(fit: Fit, rules: SlateRules) -> bool:
    if fit.is_prospect or fit.is_reserve:
        return True
    return fit.score is not None and STRENGTHS.index(strength_of(fit.score)) >= STRENGTHS.index(rules.at_least)


def _options(market: Market, fits: Mapping[UUID, Sequence[Fit]]) -> list[Option]:
    order = sorted({fit.id for found in fits.values() for fit in found}, reverse=True)
    lower = {id: number for number, id in enumerate(order)}
    policy = market.policy.residents_first

    def option(need_id: UUID, fit: Fit) -> Option:
        grouped = policy is ResidentsFirst.GROUP and fit.in_city and not fit.is_prospect and not fit.is_reserve
        tied = policy is ResidentsFirst.TIE_BREAK and fit.in_city
        before = (int(fit.is_prospect), int(fit.is_reserve), int(grouped))
        return Option(str(need_id), str(fit.id), fit.score or 0.0, before, (int(tied), lower[fit.id]))

    return [option(need_id, fit) for need_id, found in fits.items() for fit in found]


def _proposals(
    market: Market, choices: Sequence[Choice], listed: Mapping[UUID, Sequence[Fit]]
) -> dict[UUID, list[SlateProposal]]:
    """The choices with their people and reasons, each need's by rank."""
    needs = {need.pk: need for need in market.needs}
    pairs = [(UUID(each.option.need), UUID(each.option.professional), each.round) for each in choices]
    chosen = Professional.objects.filter(pk__in={id for _, id, _ in pairs})
    people = {row.pk: row for row in corpus.professionals_with_texts(chosen)}
    prefetch_related_objects([needs[id] for id in {need_id for need_id, *_ in pairs}], "skills__skill", "problems")
    found: dict[UUID, list[SlateProposal]] = {}
    for need_id, id, round in pairs:
        rank, fit = next((rank, fit) for rank, fit in enumerate(listed[need_id], start=1) if fit.id == id)
        candidate = _candidate(market, needs[need_id], people[id], fit)
        found.setdefault(need_id, []).append(SlateProposal(candidate, rank, round, fit.is_prospect))
    return {need_id: sorted(made, key=lambda each: each.rank) for need_id, made in found.items()}


def _candidate(market: Market, need: Need, professional: Professional, fit: Fit) -> Candidate:
    left = market.standings[professional.pk].left
    return Candidate(
        need=need,
        professional=professional,
        ranked=market.state.professionals.score(market.query(need), str(professional.pk)),
        conditions=conditions_of(need, professional, left=left, today=day_of(market.at)),
        missing=missing_skills(need.skills.all(), professional.skills.all()),
        in_city=fit.in_city,
        is_reserve=fit.is_reserve,
    )


def _explained(market: Market, row: SlateNeed, listed: Sequence[Fit], fits: Sequence[Fit]) -> SlateNeed:
    """The row with why its places stay open, and who is kept from it where nobody is proposed."""
    if row.reasons or (row.places and len(row.proposals) == row.places):
        return row
    if not row.places:
        code = "slate_full"
    elif not listed:
        code = "no_candidates"
    elif not fits:
        code = "candidates_too_weak"
    elif len(fits) == len(row.proposals):
        code = "too_few_candidates"
    else:
        code = "candidates_taken"
    considered, excluded = market.excluded(row.need) if row.places and not row.proposals else (None, {})
    return SlateNeed(row.need, row.places, row.proposals, (Refusal(code),), considered, excluded)
