"""Who may be ranked for a need now, and in which order of classes; read once, asked of any engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from matching.documents import Query, Ranked
from matching.engine import Engine
from talentbank.banks.policy import ResidentsFirst
from talentbank.core.errors import Refusal
from talentbank.needs.models import Need
from talentbank.ranking.conditions import work_refusals
from talentbank.ranking.eligibility import Standing, is_hidden, standing_refusals
from talentbank.ranking.models import PairState
from talentbank.ranking.order import ranked_in_classes

LEFT_OUT = {PairState.OPEN: "pair_open", PairState.DECLINED: "pair_declined"}
"""Pairs that are no candidates. Who declined is left out of later rounds too (domain.md, `reopen`)."""
Refused = Mapping[UUID, list[Refusal]]
Cards = Callable[[list[UUID]], Mapping[UUID, UUID]]
"""Professional's id to the id of the card, for these."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Professionals before a need.

    seen : those that do not hide from its organization
    refused : of each seen why not, empty where it may be matched
    reserves : kept from an earlier round, listed first
    cards : where the need's sides read; their order must tell nothing but the score
    """

    need: Need
    seen: Mapping[UUID, Standing]
    refused: Refused
    reserves: frozenset[UUID]
    residents_first: ResidentsFirst
    cards: Cards | None = None

    def ranked(self, engine: Engine, query: Query, *, limit: int) -> list[Ranked]:
        """The best of those who may be matched, class by class."""
        return ranked_in_classes(
            engine,
            query,
            self._classes(),
            limit=limit,
            tie=self._tie,
            always={str(id) for id in self.reserves},
        )

    def _classes(self) -> list[frozenset[str]]:
        """Reserves of an earlier round first, then residents where the bank groups them."""

        def rank(standing: Standing) -> int:
            if standing.id in self.reserves:
                return 0
            return 1 if self.residents_first is not ResidentsFirst.GROUP or standing.in_city else 2

        eligible = [standing for id, standing in self.seen.items() if not self.refused[id]]
        return [frozenset(str(each.id) for each in eligible if rank(each) == place) for place in range(3)]

    def _tie(self, ids: list[str]) -> Callable[[str], Any]:
        """Equal scores: residents first where the policy breaks ties so, then by card for sides and by id for staff."""
        cards = self.cards([UUID(id) for id in ids]) if self.cards and ids else {}

        def key(id: str) -> tuple[bool, str]:
            later = self.residents_first is ResidentsFirst.TIE_BREAK and not self.seen[UUID(id)].in_city
            return later, str(cards.get(UUID(id), id))

        return key


def contest_of(need: Need, known: Mapping[UUID, Standing], *, today: date, cards: Cards | None = None) -> Contest:
    """`known`: the standings of the bank's professionals. To the sides, a reserve is one like the others."""
    seen = {id: standing for id, standing in known.items() if not is_hidden(need.organization, standing)}
    pairs = dict(need.pairs.values_list("professional_id", "state"))
    refused = {id: pair_refusals(need, standing, pairs.get(id), today=today) for id, standing in seen.items()}
    reserves = frozenset(id for id, pair in pairs.items() if pair == PairState.RESERVE and cards is None)
    return Contest(need, seen, refused, reserves, need.bank.policy.residents_first, cards)


def pair_refusals(need: Need, standing: Standing, pair_state: str | None, *, today: date) -> list[Refusal]:
    """Why a pair is no candidate: what of the professional forbids a match, the hard conditions, how the two stand."""
    pair = [Refusal(LEFT_OUT[PairState(pair_state)])] if pair_state in LEFT_OUT else []
    return standing_refusals(need, standing) + work_refusals(need, standing, today=today) + pair
