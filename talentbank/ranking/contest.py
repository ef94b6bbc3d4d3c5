"""Who may be ranked for a need now, and in which order of classes; read once, asked of any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching.documents import Query, Ranked
from matching.engine import Engine
from talentbank.banks.policy import ResidentsFirst
from talentbank.core.errors import Refusal
from talentbank.needs.models import Need
from talentbank.ranking.conditions import work_refusals
from talentbank.ranking.eligibility import Standing, names_of, standing_refusals
from talentbank.ranking.models import PairState
from talentbank.ranking.order import Marked, Rank, ranked_in_classes
from talentbank.ranking.roster import Marks, Roster

LEFT_OUT = {PairState.OPEN: "pair_open", PairState.DECLINED: "pair_declined"}
"""Pairs that are no candidates. Who declined is left out of later rounds too (domain.md, `reopen`)."""
Cards = Callable[[list[UUID]], Mapping[UUID, UUID]]
"""Professional's id to the id of the card, for these."""


@dataclass(frozen=True)
class Contest:
    """Professionals before a need: those of the roster that do not hide from its organization.

    pairs : how those stand with the need that were in a match of it
    reserves : kept from an earlier round, listed first
    cards : where the need's sides read; their order must tell nothing but the score
    """

    need: Need
    roster: Roster
    pairs: Mapping[UUID, str]
    reserves: frozenset[UUID]
    residents_first: ResidentsFirst
    today: date
    cards: Cards | None = None

    @property
    def seen(self) -> Mapping[UUID, Standing]:
        """For looking somebody up; it holds those who hide, too."""
        return self.roster.standings

    @cached_property
    def hidden(self) -> Marks:
        """Rows of the roster that this organization must not meet."""
        names = names_of(self.need.organization)
        return self._marked(row for name in names for row in self.roster.hiding.get(name, ()))

    @cached_property
    def codes(self) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """Codes of refusals, and for each row the place there of its first; 0, which is "", where it may be matched."""
        roster, need = self.roster, self.need
        codes = {"": 0}

        def number(refusal: Refusal) -> int:
            return codes.setdefault(refusal.code, len(codes))

        # What the hours and the holder have to say comes between these two: standing_refusals is asked around them.
        kinds = [replace(kind, left=need.hours_per_week or 0) for kind in roster.kinds]
        before = [[number(each) for each in standing_refusals(need, kind)][:1] or [0] for kind in kinds]
        after = [[number(each) for each in work_refusals(need, kind, today=self.today)][:1] or [0] for kind in kinds]
        first = np.array(before, np.int32).reshape(-1)[roster.shapes] if kinds else roster.shapes.copy()
        last = np.array(after, np.int32).reshape(-1)[roster.shapes] if kinds else roster.shapes.copy()
        short = roster.left < (need.hours_per_week or 0)
        own = self._marked(roster.held.get(need.organization_id, ()))
        pair = np.zeros(len(roster.ids), np.int32)
        for id, state in self.pairs.items():
            if state in LEFT_OUT:
                pair[roster.rows([id])] = number(Refusal(LEFT_OUT[PairState(state)]))
        capacity, holder = number(Refusal("capacity_insufficient")), number(Refusal("holder_is_organization"))
        return tuple(codes), np.select([first > 0, short, own, last > 0], [first, capacity, holder, last], pair)

    @cached_property
    def eligible(self) -> Marks:
        """Rows that may be matched."""
        marks: Marks = self.roster.present & ~self.hidden & (self.codes[1] == 0)
        return marks

    def excluded(self) -> dict[str, int]:
        """How many are left out, each under its first reason, so that the counts add up."""
        names, rows = self.codes
        counts = np.bincount(rows[self.roster.present & ~self.hidden], minlength=len(names)).tolist()
        return {name: count for name, count in zip(names, counts, strict=True) if name and count}

    def refused(self) -> dict[UUID, list[Refusal]]:
        """Of each that is left out every reason why; never of those who hide."""
        rows = np.flatnonzero(self.roster.present & ~self.hidden & (self.codes[1] > 0)).tolist()
        ids = [self.roster.ids[row] for row in rows]
        return {id: pair_refusals(self.need, self.seen[id], self.pairs.get(id), today=self.today) for id in ids}

    def ranked(self, engine: Engine, query: Query, *, limit: int, rank: Rank | None = None) -> list[Ranked]:
        """The best of those who may be matched, class by class; `rank` as in `order.ranked_in_classes`."""
        return ranked_in_classes(
            engine,
            query,
            [self._class(engine, marks) for marks in self._classes()],
            limit=limit,
            tie=self._tie,
            always={str(id) for id in self.reserves},
            rank=rank,
        )

    def _classes(self) -> list[Marks]:
        """Reserves of an earlier round first, then residents where the bank groups them."""
        reserves = self._marked(self.roster.rows(self.reserves))
        rest = self.eligible & ~reserves
        if self.residents_first is not ResidentsFirst.GROUP:
            return [self.eligible & reserves, rest]
        return [self.eligible & reserves, rest & self.roster.in_city, rest & ~self.roster.in_city]

    def _class(self, engine: Engine, marks: Marks) -> Marked:
        def among(ids: Iterable[str]) -> set[str]:
            rows = ((id, self.roster.places.get(UUID(id))) for id in ids)
            return {id for id, row in rows if row is not None and marks[row]}

        return Marked(self.roster.in_order_of(engine, marks), among)

    def _tie(self, ids: list[str]) -> Callable[[str], Any]:
        """Equal scores: residents first where the policy breaks ties so, then by card for sides and by id for staff."""
        cards = self.cards([UUID(id) for id in ids]) if self.cards and ids else {}

        def key(id: str) -> tuple[bool, str]:
            later = self.residents_first is ResidentsFirst.TIE_BREAK and not self.seen[UUID(id)].in_city
            return later, str(cards.get(UUID(id), id))

        return key

    def _marked(self, rows: Iterable[int]) -> Marks:
        marks = np.zeros(len(self.roster.ids), np.bool_)
        marks[list(rows)] = True
        return marks


def contest_of(need: Need, roster: Roster, *, today: date, cards: Cards | None = None) -> Contest:
    """`roster`: of the need's bank. To the sides, a reserve is one like the others."""
    pairs = dict(need.pairs.values_list("professional_id", "state"))
    reserves = frozenset(id for id, pair in pairs.items() if pair == PairState.RESERVE and cards is None)
    return Contest(need, roster, pairs, reserves, need.bank.policy.residents_first, today, cards)


def pair_refusals(need: Need, standing: Standing, pair_state: str | None, *, today: date) -> list[Refusal]:
    """Why a pair is no candidate: what of the professional forbids a match, the hard conditions, how the two stand."""
    pair = [Refusal(LEFT_OUT[PairState(pair_state)])] if pair_state in LEFT_OUT else []
    return standing_refusals(need, standing) + work_refusals(need, standing, today=today) + pair
