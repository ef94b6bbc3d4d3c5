"""A bank's asking needs and its professionals, read once for whoever asks about all of them: slates and exposure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from matching.documents import Query
from matching.held import chunks
from matching.index import Asking, Index, Mask
from talentbank.banks.models import Bank, TextKind
from talentbank.banks.policy import Policy, ResidentsFirst
from talentbank.core.clock import day_of
from talentbank.core.errors import NotFound, Refusal
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Need
from talentbank.privacy.selectors import consenting_to
from talentbank.ranking import corpus
from talentbank.ranking.conditions import work_refusals
from talentbank.ranking.contest import LEFT_OUT
from talentbank.ranking.eligibility import (
    Standing,
    is_hidden,
    need_refusals,
    standing_refusals,
    standings_of_bank,
)
from talentbank.ranking.models import Pair, PairState
from talentbank.ranking.store import State, state_of

TOGETHER = 50
"""Needs that the index is asked about at once: what it finds for them is held until they are through."""
Scores = list[tuple[str, float]]
"""Ids of the index, by falling score."""
Prospects = Mapping[tuple[UUID, UUID], Any]
"""(need, professional) of the matches that are prospects, chosen by a coordinator and told to nobody yet."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A professional in the order of a need's candidates. `score` is None where there is nothing to judge by."""

    id: UUID
    score: float | None
    in_city: bool
    is_prospect: bool = False
    is_reserve: bool = False


@dataclass(frozen=True, slots=True)
class Market:
    """What there is as of a revision.

    queries : of the needs that are indexed, by the index's ids
    available : indexed professionals whom nothing about themselves keeps from every match, by the index's ids
    classes : these as the index takes them, residents before the others where the bank groups them
    pairs : need to professional to how they stand
    consenting : organizations that consent to being matched
    """

    bank: Bank
    policy: Policy
    state: State
    at: datetime
    needs: tuple[Need, ...]
    queries: Mapping[str, Query]
    standings: Mapping[UUID, Standing]
    available: Mapping[str, Standing]
    classes: tuple[Mask, ...]
    pairs: Mapping[UUID, Mapping[UUID, str]]
    consenting: frozenset[UUID]
    prospects: Prospects

    def need_refusals(self, need: Need) -> list[Refusal]:
        """What about the need or its organization keeps everybody from it."""
        found = need_refusals(need, at=self.at, creating=True)
        if need.organization_id not in self.consenting:
            found.append(Refusal("consent_withdrawn", {"side": "organization"}))
        return found

    def is_blank(self, need: Need) -> bool:
        """Whether the need gives nothing to judge by."""
        return str(need.pk) in self.state.needs.insufficient

    def query(self, need: Need) -> Query:
        return self.queries.get(str(need.pk)) or corpus.query_of(need)

    def refusals(self, need: Need, standing: Standing) -> list[Refusal]:
        """What keeps this pair apart, hiding left out. A prospect of the pair itself does not."""
        found = standing_refusals(need, standing) + work_refusals(need, standing, today=day_of(self.at))
        state = self.pairs.get(need.pk, {}).get(standing.id)
        if state in LEFT_OUT and (need.pk, standing.id) not in self.prospects:
            found.append(Refusal(LEFT_OUT[PairState(state)]))
        return found

    def excluded(self, need: Need) -> tuple[int, dict[str, int]]:
        """How many may be matched with the need, and how many not by their first reason; who hides is in neither."""
        counts: dict[str, int] = {}
        considered = 0
        for standing in self.standings.values():
            if not is_hidden(need.organization, standing):
                refusals = self.refusals(need, standing)
                considered += not refusals
                for first in refusals[:1]:
                    counts[first.code] = counts.get(first.code, 0) + 1
        return considered, dict(sorted(counts.items()))

    def under_way(self, need: Need) -> int:
        """Matches of the need on their way to a contract, prospects left out."""
        pairs = self.pairs.get(need.pk, {})
        moving = sum(state == PairState.OPEN and (need.pk, id) not in self.prospects for id, state in pairs.items())
        return max(0, moving - need.running)

    def best_each(self, needs: Sequence[Need], limit: int) -> list[list[Fit]]:
        """Of each need the first `limit` in the order in which staff see candidates; prospects before all of them.

        Then reserves, residents where the bank groups them, and the others, each by falling score. Prospects and
        reserves are there with nothing in common too.
        """
        return [fits for some in chunks(needs, TOGETHER) for fits in self._best_of_some(some, limit)]

    def _best_of_some(self, needs: Sequence[Need], limit: int) -> list[list[Fit]]:
        asked = [(need, self.state.professionals.asking(self.query(need))) for need in needs]
        fits = [self._kept(need, asking) for need, asking in asked]
        kept = [frozenset(fit.id for fit in each) for each in fits]
        wanted = 2 * limit + 1 + max(map(len, kept), default=0)
        for marks in self.classes:
            rest = [place for place, each in enumerate(fits) if len(each) < limit]
            found = self._index.top_each([asked[place][1] for place in rest], limit=wanted, mask=marks)
            for place, first in zip(rest, found, strict=True):
                pages = self._pages(asked[place][1], marks, first, wanted)
                fits[place] += self._ranked(asked[place][0], pages, kept[place], limit - len(fits[place]))
        return [each[:limit] for each in fits]

    @property
    def _index(self) -> Index:
        return self.state.professionals.index

    def _kept(self, need: Need, asking: Asking) -> list[Fit]:
        pairs = self.pairs.get(need.pk, {})
        ids = [id for id, state in pairs.items() if state == PairState.RESERVE or (need.pk, id) in self.prospects]
        keys = frozenset(str(id) for id in ids) & self.available.keys()
        scores = dict(self._index.top(*asking, limit=len(keys), mask=self._index.mask(keys))) if keys else {}
        blank = self.state.professionals.insufficient
        found = [
            self._fit(need, self.available[key], None if key in blank else scores.get(key, 0.0))
            for key in keys
            if self._may(need, self.available[key])
        ]
        return sorted(found, key=lambda each: (not each.is_prospect, *self._order(each)))

    def _pages(self, asking: Asking, marks: Mask, first: Scores, wanted: int) -> Iterator[tuple[Scores, bool]]:
        """More and more of a class, beginning with what was found `first`; and whether that is all."""
        found = first
        while True:
            yield found, len(found) < wanted
            wanted *= 4
            found = self._index.top(*asking, limit=wanted, mask=marks)

    def _ranked(self, need: Need, pages: Iterable[tuple[Scores, bool]], kept: frozenset[UUID], limit: int) -> list[Fit]:
        """Reads on until `limit` may be matched, and until a tie at the cut is there as a whole."""
        fits: list[Fit] = []
        for found, is_whole in pages:
            fits = []
            for key, score in found:
                if len(fits) >= limit and score < (fits[limit - 1].score or 0.0):
                    is_whole = True
                    break
                standing = self.available[key]
                if standing.id not in kept and self._may(need, standing):
                    fits.append(self._fit(need, standing, score))
            if is_whole:
                break
        return sorted(fits, key=self._order)[:limit]

    def _may(self, need: Need, standing: Standing) -> bool:
        return not self.refusals(need, standing) and not is_hidden(need.organization, standing)

    def _fit(self, need: Need, standing: Standing, score: float | None) -> Fit:
        is_reserve = self.pairs.get(need.pk, {}).get(standing.id) == PairState.RESERVE
        return Fit(standing.id, score, standing.in_city, (need.pk, standing.id) in self.prospects, is_reserve)

    def _order(self, fit: Fit) -> tuple[float, bool, str]:
        later = self.policy.residents_first is ResidentsFirst.TIE_BREAK and not fit.in_city
        return -(fit.score or 0.0), later, str(fit.id)


def market_of(
    bank: Bank, *, at: datetime, need_ids: Iterable[UUID] | None = None, prospects: Prospects | None = None
) -> Market:
    """Read a bank: its asking needs, or these.

    :raises NotFound: one of `need_ids` is no need of the bank.
    """
    state = state_of(bank.pk)
    standings = standings_of_bank(bank.pk, at=at)
    policy = bank.policy
    indexed = frozenset(state.professionals.ids)
    able = {str(id): each for id, each in standings.items() if not standing_refusals(None, each)}
    available = {key: each for key, each in able.items() if key in indexed}
    everybody = frozenset(available)
    residents = frozenset(key for key, each in available.items() if each.in_city)
    is_grouped = policy.residents_first is ResidentsFirst.GROUP
    classes = (residents, everybody - residents) if is_grouped else (everybody,)
    market = Market(
        bank=bank,
        policy=policy,
        state=state,
        at=at,
        needs=(),
        queries={},
        standings=standings,
        available=available,
        classes=tuple(state.professionals.index.mask(ids) for ids in classes),
        pairs={},
        consenting=frozenset(consenting_to("organization", TextKind.MATCHING, bank_id=bank.pk)),
        prospects=prospects or {},
    )
    return market_with(market, need_ids)


def market_with(market: Market, need_ids: Iterable[UUID] | None) -> Market:
    """The same market before all asking needs, or these.

    :raises NotFound: one of `need_ids` is no need of the bank.
    """
    rows = Need.objects.filter(bank=market.bank)
    wanted = None if need_ids is None else set(need_ids)
    rows = rows.filter(state__in=SEEKING) if wanted is None else rows.filter(pk__in=wanted)
    needs = tuple(rows.select_related("organization", "bank").order_by(F("opened_at").asc(nulls_last=True), "id"))
    if wanted is not None and len(needs) < len(wanted):
        raise NotFound()
    queries = market.state.needs.held.many(str(need.pk) for need in needs)
    return replace(market, needs=needs, queries=queries, pairs=_pairs_of(rows))


def _pairs_of(needs: QuerySet[Need]) -> dict[UUID, dict[UUID, str]]:
    found: dict[UUID, dict[UUID, str]] = {}
    rows = Pair.objects.filter(need__in=needs.order_by())
    for need_id, id, state in rows.values_list("need_id", "professional_id", "state"):
        found.setdefault(need_id, {})[id] = state
    return found
