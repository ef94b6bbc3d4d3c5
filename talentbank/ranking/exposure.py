"""Whom the rankings of a bank's open needs show, and whom never: figures for anybody on the staff, names for few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from matching.evaluation.exposure import gini, least_gini
from talentbank.banks.models import Bank
from talentbank.core.errors import Refusal
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking.eligibility import standing_refusals
from talentbank.ranking.market import Market, market_of
from talentbank.registrations.models import RegistrationState

TOP = 5
"""Ranks that count as being shown: what a coordinator sees without scrolling."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """An approved professional: how often shown, the best rank, and why it could not be where it could not."""

    professional: Professional
    times: int
    best_rank: int | None
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """How evenly the first TOP ranks of the counted needs are spread, as of a revision.

    needs : open needs that take candidates and say something; those of `without` show nobody
    approved : professionals with an approved registration
    times : of each of those who can be shown at all, how often: neither paused nor without consent, and with something
        to judge by; the shares and the Gini are over these
    """

    bank: Bank
    needs: int
    without: tuple[Need, ...]
    approved: int
    times: Mapping[UUID, int]
    best_ranks: Mapping[UUID, int]
    model_version: str
    revision: int
    at: datetime
    people: tuple[Exposed, ...] | None = None

    @property
    def needs_without(self) -> int:
        return len(self.without)

    @property
    def appearances(self) -> int:
        return sum(self.times.values())

    @property
    def never_shown(self) -> int:
        return sum(not each for each in self.times.values())

    @property
    def share_never_shown(self) -> float | None:
        """None where nobody can be shown."""
        return self.never_shown / len(self.times) if self.times else None

    @property
    def least_share_never_shown(self) -> float | None:
        """What it would be were the same appearances spread evenly."""
        return max(0, len(self.times) - self.appearances) / len(self.times) if self.times else None

    @property
    def gini(self) -> float | None:
        """None where nobody is shown."""
        return gini(list(self.times.values())) if self.appearances else None

    @property
    def least_gini(self) -> float | None:
        return least_gini(self.appearances, len(self.times)) if self.appearances else None

    @property
    def distribution(self) -> list[tuple[int, int]]:
        """(how often, professionals shown so often), rising."""
        return sorted(Counter(self.times.values()).items())


def exposure_of_bank(*, bank: Bank, at: datetime, named: bool, need_ids: Iterable[UUID] | None = None) -> Exposure:
    """Rank every open need, or these, anew and count who stands in the first TOP, in the order in which staff see them.

    `named` adds every approved professional, those shown least first.
    """
    market = market_of(bank, at=at, need_ids=need_ids)
    needs = [need for need in market.needs if not market.need_refusals(need) and not market.is_blank(need)]
    tops = [[fit.id for fit in fits] for fits in market.best_each(needs, TOP)]
    blank = market.state.professionals.insufficient
    counts = Counter(id for top in tops for id in top)
    best_ranks: dict[UUID, int] = {}
    for top in tops:
        for rank, id in enumerate(top, start=1):
            best_ranks[id] = min(rank, best_ranks.get(id, rank))
    showable = [each.id for key, each in market.available.items() if key not in blank or each.id in counts]
    return Exposure(
        bank=bank,
        needs=len(needs),
        without=tuple(need for need, top in zip(needs, tops, strict=True) if not top),
        approved=len(market.standings),
        times={id: counts[id] for id in showable},
        best_ranks=best_ranks,
        model_version=market.state.model_version,
        revision=market.state.revision,
        at=at,
        people=_people(market, counts, best_ranks) if named else None,
    )


def _people(market: Market, counts: Mapping[UUID, int], best_ranks: Mapping[UUID, int]) -> tuple[Exposed, ...]:
    rows = Professional.objects.filter(bank=market.bank, registration_state=RegistrationState.APPROVED)
    found = [
        Exposed(row, counts.get(row.pk, 0), best_ranks.get(row.pk), tuple(_refusals(market, row.pk)))
        for row in rows.only("id", "reference", "name", "residency").order_by("id")
        if row.pk in market.standings
    ]
    return tuple(sorted(found, key=lambda each: (bool(each.refusals), each.times, each.professional.pk)))


def _refusals(market: Market, id: UUID) -> list[Refusal]:
    """Why a professional can be shown to nobody at present."""
    refusals = standing_refusals(None, market.standings[id])
    if not refusals and str(id) in market.state.professionals.insufficient:
        refusals.append(Refusal("profile_insufficient_data"))
    return refusals
