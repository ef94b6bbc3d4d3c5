"""Supply and demand as of now: needs for which nobody is found, people whom nobody was told of, and the balance."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from talentbank.banks.models import Bank
from talentbank.core.clock import day_of
from talentbank.matches.models import Match
from talentbank.matches.states import CLOSED_STATES
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking.eligibility import standings_of_bank
from talentbank.ranking.exposure import Exposure, exposure_of_bank
from talentbank.skills.models import Problem
from talentbank.statistics.suppression import LEAST, cells_shown

MOST_NEEDS = 1_000
"""Needs that are ranked for one answer, those open for longest first."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """Needs without candidates of one problem in one area; `needs` is None where the number is not shown."""

    problem: Problem | None
    area: str
    needs: int | None


@dataclass(frozen=True, slots=True)
class SupplyAndDemand:
    """Needs and professionals as they stand.

    needs_seeking : open needs and those in progress; at most MOST_NEEDS of them are ranked
    exposure : over the ranked ones that take candidates and say something
    needs_without_candidates : of these, how many show nobody and have no match under way
    unmet : these by problem and area, cells that are not 0; None where all are hidden
    available : professionals who are approved and not paused; `never_proposed` of them were put before nobody
    """

    bank: Bank
    as_of: date
    needs_seeking: int
    exposure: Exposure
    needs_without_candidates: int
    unmet: tuple[Unmet, ...] | None
    available: int
    never_proposed: int

    @property
    def share_never_proposed(self) -> float | None:
        return self.never_proposed / self.available if self.available else None


def statistics_supply_and_demand(*, bank: Bank, at: datetime) -> SupplyAndDemand:
    """Rank the open needs anew and count what stays without."""
    seeking = Need.objects.filter(bank=bank, state__in=sorted(SEEKING))
    needs_seeking = seeking.count()
    longest_open = seeking.order_by(F("opened_at").asc(nulls_last=True), "pk").values_list("pk", flat=True)
    some = list(longest_open[:MOST_NEEDS]) if needs_seeking > MOST_NEEDS else None
    exposure = exposure_of_bank(bank=bank, at=at, named=False, need_ids=some)
    under_way = Match.objects.filter(bank=bank).exclude(state__in=sorted(CLOSED_STATES))
    met = set(under_way.order_by().values_list("need_id", flat=True))
    without = [need for need in exposure.without if need.pk not in met]
    available = {id for id, each in standings_of_bank(bank.pk, at=at).items() if each.approved and not each.paused}
    unheard = Professional.objects.filter(bank=bank, last_proposed_at__isnull=True).values_list("pk", flat=True)
    return SupplyAndDemand(
        bank=bank,
        as_of=day_of(at),
        needs_seeking=needs_seeking,
        exposure=exposure,
        needs_without_candidates=len(without),
        unmet=_by_problem_and_area(without),
        available=len(available),
        never_proposed=len(available.intersection(unheard)),
    )


def _by_problem_and_area(needs: Sequence[Need]) -> tuple[Unmet, ...] | None:
    """A need counts under each of its problems, so that the cells may add up to more than the needs."""
    problems = {problem.pk: problem for problem in Problem.objects.filter(needs__in=needs).distinct()}
    named = Need.problems.through._default_manager.filter(need__in=needs).values_list("need_id", "problem_id")
    problems_of: dict[UUID, list[str]] = {need.pk: [] for need in needs}
    for need_id, problem_id in named:
        problems_of[need_id].append(problems[problem_id].code)
    area_of = _areas(needs)
    counts = Counter((code, area_of[need.pk]) for need in needs for code in problems_of[need.pk] or [""])
    cells = cells_shown({cell: counts[cell] for cell in sorted(counts)})
    if cells and all(count is None for count in cells.values()):
        return None  # which cells are none would tell what a few needs are about
    by_code = {problem.code: problem for problem in problems.values()}
    return tuple(Unmet(by_code.get(code), area, count) for (code, area), count in cells.items())


def _areas(needs: Iterable[Need]) -> dict[UUID, str]:
    """Need to its area. People write areas themselves: one that few needs name may say whose they are."""
    written = {need.pk: " ".join(unicodedata.normalize("NFKC", need.area).split()) for need in needs}
    often = {area for area, count in Counter(written.values()).items() if count >= LEAST}
    return {id: area if area in often else "" for id, area in written.items()}
