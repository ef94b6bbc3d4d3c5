"""Candidates both ways, and what ranking keeps of matches: pairs and cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import prefetch_related_objects

from matching.documents import Ranked
from matching.explanation import words_of
from talentbank.banks.policy import ResidentsFirst
from talentbank.core.actors import Side
from talentbank.core.clock import day_of
from talentbank.core.errors import NotFound
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Confidentiality, Need
from talentbank.professionals.models import Professional
from talentbank.ranking import corpus
from talentbank.ranking.candidates import Candidate, CandidateList, Words, missing_skills
from talentbank.ranking.conditions import conditions_of
from talentbank.ranking.contest import Contest, contest_of, pair_refusals
from talentbank.ranking.eligibility import (
    Standing,
    is_hidden,
    need_refusals,
    standing_refusals,
    standings,
)
from talentbank.ranking.exclusions import counted, excluded_needs, excluded_professionals
from talentbank.ranking.memory import Remembering
from talentbank.ranking.models import Card, Pair, PairState
from talentbank.ranking.order import Marked, ranked_in_classes
from talentbank.ranking.readers import ReasonKind, reasons_for
from talentbank.ranking.roster import roster_of
from talentbank.ranking.store import State, state_of


def candidates_for_need(
    *, need: Need, limit: int, at: datetime, include_excluded: bool = False, for_sides: bool = False
) -> CandidateList:
    """Professionals for a need. `for_sides` puts cards on them, and lets nothing else decide between equal scores."""
    state = state_of(need.bank_id)
    residents_first = need.bank.policy.residents_first
    answer = _answer(state, at, residents_first, insufficient_data=str(need.pk) in state.needs.insufficient)
    if refusals := need_refusals(need, at=at, creating=True):
        return replace(answer, refusals=tuple(refusals))
    cards = partial(_cards, need.pk) if for_sides else None
    contest = contest_of(need, roster_of(need.bank_id, at=at, revision=state.revision), today=day_of(at), cards=cards)
    answer = replace(answer, considered=int(contest.eligible.sum()), excluded=dict(sorted(contest.excluded().items())))
    if include_excluded:
        answer = replace(answer, excluded_pairs=excluded_professionals(need, contest.refused(), contest.seen, at))
    if answer.insufficient_data:
        return answer
    query = state.needs.held.item(str(need.pk)) or corpus.query_of(need)
    remembering = Remembering(state, need, query)
    ranked = contest.ranked(state.professionals, query, limit=limit, rank=remembering)
    remembering.read(UUID(each.id) for each in ranked)
    words = cache(lambda: words_of(state.professionals.model.query(query)))
    return replace(answer, results=_professionals(contest, ranked, remembering, at, words))


def candidates_for_professional(
    *, professional: Professional, limit: int, at: datetime, include_excluded: bool = False, for_sides: bool = False
) -> CandidateList:
    """Needs for a professional. `for_sides` leaves out those that only coordinators may see, or know to fit."""
    state = state_of(professional.bank_id)
    document = state.professionals.held.item(str(professional.pk)) or corpus.document_of(professional)
    insufficient_data = str(professional.pk) in state.professionals.insufficient
    answer = _answer(state, at, ResidentsFirst.OFF, insufficient_data=insufficient_data)
    standing = standings([professional], at=at)[professional.pk]
    if refusals := standing_refusals(None, standing):
        return replace(answer, refusals=tuple(refusals))
    needs = Need.objects.filter(bank_id=professional.bank_id, state__in=SEEKING).select_related("organization", "bank")
    if for_sides:
        needs = needs.exclude(confidentiality=Confidentiality.COORDINATORS)
    seen = {need.pk: need for need in needs.order_by("id") if not is_hidden(need.organization, standing)}
    pairs = dict(professional.pairs.values_list("need_id", "state"))
    refused = {
        id: need_refusals(need, at=at, creating=True) + pair_refusals(need, standing, pairs.get(id), today=day_of(at))
        for id, need in seen.items()
    }
    answer = counted(answer, refused)
    if include_excluded:
        answer = replace(answer, excluded_pairs=excluded_needs(professional, refused, standing, seen, at))
    if answer.insufficient_data:
        return answer
    eligible = Marked.of(state.needs, frozenset(str(id) for id in seen if not refused[id]))
    ranked = ranked_in_classes(state.needs, document, [eligible], limit=limit, tie=lambda ids: str)
    found = _needs(professional, ranked, standing, pairs, at)
    return replace(answer, results=tuple(filter(_may_be_told, found)) if for_sides else found)


def _may_be_told(candidate: Candidate) -> bool:
    """Whether anything that the professional may read speaks for the need.

    One that only its own words speak for is not listed: a profile could be worded to fish for them.
    """
    return any(each.kind is not ReasonKind.OTHER for each in reasons_for(candidate, Side.PROFESSIONAL))


@transaction.atomic
def pair_write(
    *, need_id: UUID, professional_id: UUID, state: str, round: int, at: datetime, match_id: UUID | None = None
) -> Pair:
    """This function will keep how a need and a professional stand. Called under the need's lock."""
    values = {"state": state, "round": round, "match_id": match_id}
    pairs = Pair.objects.select_for_update(of=("self",))
    pair = pairs.filter(need_id=need_id, professional_id=professional_id).first()
    if pair is None:
        return Pair.create(at=at, need_id=need_id, professional_id=professional_id, **values)
    for name, value in values.items():
        setattr(pair, name, value)
    pair.save_step(at=at)
    return pair


def card_of(*, need_id: UUID, professional_id: UUID) -> UUID:
    """The id under which this need's people see the professional; made at first use."""
    return cards_of(need_id=need_id, professional_ids=[professional_id])[professional_id]


def cards_of(*, need_id: UUID, professional_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Professional's id to card id. Two callers at once get the same cards: the first row of a pair stays."""
    wanted = set(professional_ids)
    rows = Card.objects.filter(need_id=need_id, professional_id__in=wanted).order_by("id")
    found = dict(rows.values_list("professional_id", "id"))
    if absent := sorted(wanted - found.keys()):
        made = [Card(id=uuid4(), need_id=need_id, professional_id=id) for id in absent]
        Card.objects.bulk_create(made, ignore_conflicts=True)
        found = dict(rows.all().values_list("professional_id", "id"))
    return found


def card_professional(*, need_id: UUID, card_id: UUID) -> UUID:
    """The professional behind a card of this need.

    :raises NotFound: no such card, or a card of another need.
    """
    id = Card.objects.filter(pk=card_id, need_id=need_id).values_list("professional_id", flat=True).first()
    if id is None:
        raise NotFound()
    return id


def _answer(state: State, at: datetime, residents_first: ResidentsFirst, *, insufficient_data: bool) -> CandidateList:
    return CandidateList(
        (), residents_first, state.model_version, state.revision, at, insufficient_data=insufficient_data
    )


def _cards(need_id: UUID, professional_ids: list[UUID]) -> dict[UUID, UUID]:
    return cards_of(need_id=need_id, professional_ids=professional_ids)


def _professionals(
    contest: Contest,
    ranked: list[Ranked],
    remembering: Remembering,
    at: datetime,
    words: Callable[[], Words],
) -> tuple[Candidate, ...]:
    need, ids, rows = contest.need, [UUID(each.id) for each in ranked], remembering.rows
    cards = contest.cards(ids) if contest.cards and ids else {}
    missing = remembering.missing(ids)
    return tuple(
        Candidate(
            need=need,
            professional=rows[id],
            ranked=each,
            conditions=conditions_of(need, rows[id], left=contest.seen[id].left, today=day_of(at)),
            missing=missing[id],
            in_city=contest.seen[id].in_city,
            is_reserve=id in contest.reserves,
            card_id=cards.get(id),
            words=words,
        )
        for id, each in zip(ids, ranked, strict=True)
        if id in rows
    )


def _needs(
    professional: Professional, ranked: list[Ranked], standing: Standing, pairs: Mapping[UUID, str], at: datetime
) -> tuple[Candidate, ...]:
    ids = [UUID(each.id) for each in ranked]
    rows = {
        row.pk: row
        for row in corpus.needs_with_texts(Need.objects.filter(pk__in=ids).select_related("organization", "bank"))
    }
    prefetch_related_objects([professional], "skills__skill")
    return tuple(
        Candidate(
            need=rows[id],
            professional=professional,
            ranked=each,
            conditions=conditions_of(rows[id], professional, left=standing.left, today=day_of(at)),
            missing=missing_skills(rows[id].skills.all(), professional.skills.all()),
            in_city=standing.in_city,
            is_reserve=pairs.get(id) == PairState.RESERVE,
        )
        for id, each in zip(ids, ranked, strict=True)
        if id in rows
    )
