"""What a change of the basis would do to the candidates of a bank's open needs: model A against model B."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from matching.documents import Document, Part, Query, Ranked
from matching.engine import Engine
from talentbank.banks.models import Bank
from talentbank.core.clock import day_of
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking import corpus
from talentbank.ranking.contest import Contest, contest_of
from talentbank.ranking.corpus import Basis
from talentbank.ranking.eligibility import need_refusals
from talentbank.ranking.roster import roster_of
from talentbank.ranking.store import State, state_of
from talentbank.ranking.weights import ranking_weights_of, weighed, weights_from
from talentbank.skills.models import ThesaurusGroup
from talentbank.skills.occurrences import folded
from talentbank.skills.selectors import groups_holding

LOOKED_AT = 10
"""Candidates of a need that are compared: what a coordinator reads before choosing."""
MOST_NEEDS = 50
MOST_PROFESSIONALS = 400
"""Of one preview, each read again under the new basis: some seconds at most. What is left out is said."""


@dataclass(frozen=True, slots=True)
class Place:
    """A professional among the candidates of a need: rank from 1, None beyond LOOKED_AT; score None without words."""

    professional: UUID
    rank_before: int | None
    rank_after: int | None
    score_before: float | None
    score_after: float | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A word of the need and one of a profile that meet under one basis and not under the other."""

    need_term: str
    profile_term: str
    relation: str


@dataclass(frozen=True, slots=True)
class NeedChange:
    """What changes among the first of one need's candidates; `met` and `lost` over those of before and after."""

    need: Need
    entered: tuple[Place, ...]
    left: tuple[Place, ...]
    moved: tuple[Place, ...]
    met: tuple[Meeting, ...]
    lost: tuple[Meeting, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        return (*self.entered, *self.left, *self.moved)

    def __bool__(self) -> bool:
        return bool(self.places or self.met or self.lost)


@dataclass(frozen=True, slots=True)
class Preview:
    """Only needs of which something changes; how many were compared, and how many were not for the bounds above."""

    revision: int
    model_version: str
    at: datetime
    changes: tuple[NeedChange, ...]
    professionals: Mapping[UUID, Professional]
    needs_compared: int
    needs_left_out: int
    professionals_compared: int
    professionals_left_out: int


@dataclass(frozen=True, slots=True)
class ThesaurusPreview:
    """`group` as it would be, None where it would be gone; `namesakes`: its forms that other groups hold too."""

    group: ThesaurusGroup | None
    namesakes: Mapping[str, Sequence[ThesaurusGroup]]
    ranking: Preview


def thesaurus_preview(*, bank: Bank, write: Callable[[], ThesaurusGroup | None], at: datetime) -> ThesaurusPreview:
    """Rehearse a write of the thesaurus, and compare. `write` is taken back before anything is ranked.

    :raises DomainError: whatever `write` refuses.
    """
    with transaction.atomic():
        group = write()
        basis, found = corpus.basis_of(bank.pk), namesakes(bank.pk, group) if group else {}
        transaction.set_rollback(True)
    return ThesaurusPreview(group, found, ranking_preview(bank=bank, basis=basis, at=at))


def weights_preview(*, bank: Bank, changes: Mapping[str, int], at: datetime) -> Preview:
    """Compare the bank's weights with what they would be.

    :raises InvalidInput: whatever saving would refuse.
    """
    weights = weights_from(weighed(ranking_weights_of(bank), changes))
    return ranking_preview(bank=bank, basis=replace(state_of(bank.pk).basis, weights=weights), at=at)


def namesakes(bank_id: UUID, group: ThesaurusGroup) -> dict[str, list[ThesaurusGroup]]:
    """Form → other active groups of the bank that hold it: there, a word stands for several meanings."""
    itself = [id for id in (group.pk, group.shared_id) if id]
    return groups_holding(bank_id, group.forms, ignoring=itself) if group.active else {}


def ranking_preview(*, bank: Bank, basis: Basis, at: datetime) -> Preview:
    """The bank's open needs ranked as now, and as they would be on another basis."""
    state = state_of(bank.pk)
    forms = _changed_forms(state.basis, basis)
    asking, left_out = _needs(bank, state, forms, at)
    roster = roster_of(bank.pk, at=at)
    contests = [(contest_of(need, roster, today=day_of(at)), query) for need, query in asking]
    documents = _documents(state, contests, forms)
    after = Engine(state.professionals.model.under(lexicon=basis.lexicon, weights=basis.weights), documents)
    changes = tuple(filter(None, (_change(contest, query, state.professionals, after) for contest, query in contests)))
    ids = {place.professional for change in changes for place in change.places}
    return Preview(
        revision=state.revision,
        model_version=state.model_version,
        at=at,
        changes=changes,
        professionals=Professional.objects.in_bulk(ids),
        needs_compared=len(asking),
        needs_left_out=left_out,
        professionals_compared=len(documents),
        professionals_left_out=len(state.professionals) - len(documents),
    )


def _changed_forms(before: Basis, after: Basis) -> frozenset[str]:
    """Folded forms of every concept that is not the same."""
    old, new = before.lexicon.groups, after.lexicon.groups
    changed = (code for code in old.keys() | new.keys() if old.get(code) != new.get(code))
    return frozenset(folded(form) for code in changed for form in (*old.get(code, ()), *new.get(code, ())))


def _needs(bank: Bank, state: State, forms: frozenset[str], at: datetime) -> tuple[list[tuple[Need, Query]], int]:
    """Needs that take candidates now: those that say one of the forms first, then the latest opened."""
    rows = (
        Need.objects.filter(bank=bank, state__in=SEEKING)
        .select_related("organization", "bank")
        .order_by("-opened_at", "id")
    )
    needs = [need for need in rows if not need_refusals(need, at=at, creating=True)]
    queries = state.needs.held.many(str(need.pk) for need in needs)
    asking = [(need, queries[id]) for need in needs if (id := str(need.pk)) in queries]
    asking.sort(key=lambda pair: not _says(pair[1], forms))
    return asking[:MOST_NEEDS], max(0, len(asking) - MOST_NEEDS)


def _documents(state: State, contests: Iterable[tuple[Contest, Query]], forms: frozenset[str]) -> list[Document]:
    """All; of a large bank the best of each need as it is now, then who says most of the forms, up to the bound."""
    engine = state.professionals
    chosen: dict[str, None] = {}
    if len(engine) <= MOST_PROFESSIONALS:
        return list(engine.held.many(engine.ids).values())
    for contest, query in contests:
        chosen |= dict.fromkeys(each.id for each in contest.ranked(engine, query, limit=LOOKED_AT))
        chosen |= dict.fromkeys(sorted(str(id) for id in contest.reserves if str(id) in engine))
    for query in (Query(texts={"title": tuple(sorted(forms))}), *(query for _, query in contests)):
        best = engine.index.top(engine.model.query(query).row(), limit=MOST_PROFESSIONALS)
        chosen |= dict.fromkeys(id for id, _ in best)
    return list(engine.held.many(list(chosen)[:MOST_PROFESSIONALS]).values())


def _says(query: Query, forms: frozenset[str]) -> bool:
    texts = (text for given in query.texts.values() for text in ([given] if isinstance(given, str) else given))
    return any(form in text for text in map(folded, texts) for form in forms)


def _change(contest: Contest, query: Query, before: Engine, after: Engine) -> NeedChange:
    old = {each.id: each for each in contest.ranked(before, query, limit=LOOKED_AT)}
    new = {each.id: each for each in contest.ranked(after, query, limit=LOOKED_AT)}
    old_ranks, new_ranks = (dict(zip(ranked, range(1, len(ranked) + 1), strict=True)) for ranked in (old, new))
    every = list(dict.fromkeys([*new, *old]))
    for id in every:
        old[id] = old.get(id) or before.score(query, id)
        new[id] = new.get(id) or after.score(query, id)
    places = [Place(UUID(id), old_ranks.get(id), new_ranks.get(id), old[id].score, new[id].score) for id in every]
    met_before, met_after = _meetings(old.values()), _meetings(new.values())
    return NeedChange(
        need=contest.need,
        entered=tuple(place for place in places if place.rank_before is None),
        left=tuple(place for place in places if place.rank_after is None),
        moved=tuple(
            place
            for place in places
            if place.rank_before and place.rank_after and place.rank_before != place.rank_after
        ),
        met=tuple(meeting for pair, meeting in met_after.items() if pair not in met_before),
        lost=tuple(meeting for pair, meeting in met_before.items() if pair not in met_after),
    )


def _meetings(ranked: Iterable[Ranked]) -> dict[tuple[str, str], Meeting]:
    """Pairs of words that meet in any of these, in the order of the ranking and by weight."""
    rows = (row for each in ranked for row in each.contributions if row.part is Part.TEXT)
    met: dict[tuple[str, str], Meeting] = {}
    for row in rows:
        met.setdefault((row.query_term, row.document_term), Meeting(row.query_term, row.document_term, row.relation))
    return met
