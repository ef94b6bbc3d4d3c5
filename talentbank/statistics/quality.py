"""What the two sides say of their matches, how often a pair works together again, and what ended early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT

from talentbank.banks.models import Bank
from talentbank.core.actors import Side
from talentbank.core.lifecycle import Part
from talentbank.matches.codes import REASONS
from talentbank.matches.evaluations import evaluations_open_on
from talentbank.matches.models import Match
from talentbank.matches.states import Action, ClosedReason, Origin, State
from talentbank.statistics.periods import Period, fiscal_year_in, period_of
from talentbank.statistics.steps import matches_made
from talentbank.statistics.suppression import can_be_measured, cells_shown_over

ENDERS = (Part.PROFESSIONAL, Part.ORGANIZATION, Part.COORDINATOR)
"""Who may end a match early."""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Open evaluations of one side. Mean (1–5) and share are None where they would tell of few of them."""

    evaluations: int
    mean: float | None
    would_repeat: float | None


@dataclass(frozen=True, slots=True)
class EarlyEnds:
    """Matches that were terminated, among all that ended after a contract. Cells are None where not shown."""

    ended: int
    terminated: int
    by: Mapping[str, int | None]
    reasons: Mapping[str, int | None]

    @property
    def share(self) -> float | None:
        return self.terminated / self.ended if self.ended else None


@dataclass(frozen=True, slots=True)
class Quality:
    """Evaluations and early ends are of matches that ended within the period, repeats of those made in it."""

    bank: Bank
    as_of: date
    fiscal_year: int | None
    satisfaction: Mapping[Side, Satisfaction]
    matches: int
    repeats: int
    early_ends: EarlyEnds

    @property
    def repeat_rate(self) -> float | None:
        return self.repeats / self.matches if self.matches else None


def statistics_quality(*, bank: Bank, as_of: date, fiscal_year: int | None = None) -> Quality:
    period = period_of(as_of=as_of, fiscal_year=fiscal_year)
    made = matches_made(bank, period).aggregate(all=Count("pk"), repeats=Count("pk", filter=Q(origin=Origin.REPEAT)))
    return Quality(
        bank=bank,
        as_of=as_of,
        fiscal_year=fiscal_year,
        satisfaction=_satisfaction(bank, period, as_of),
        matches=made["all"],
        repeats=made["repeats"],
        early_ends=_early_ends(bank, period),
    )


def _satisfaction(bank: Bank, period: Period, as_of: date) -> dict[Side, Satisfaction]:
    rows = evaluations_open_on(bank, as_of).filter(period.covers("match__ended_on"))
    sums = {"count": Count("pk"), "score_sum": Sum("score"), "again": Count("pk", filter=Q(would_repeat=True))}
    years = rows.order_by().values_list("side", fiscal_year_in("match__ended_on")).annotate(**sums)
    said: dict[Side, list[tuple[int, int, int]]] = {side: [] for side in Side}
    for side, _, *of_year in years:
        said[side].append(tuple(of_year))
    return {side: _said(of_years) for side, of_years in said.items()}


def _said(years: Sequence[tuple[int, int, int]]) -> Satisfaction:
    """years : evaluations, sum of scores, and how many would do it again, for each"""
    counts = [count for count, _, _ in years]
    if not can_be_measured(counts):
        return Satisfaction(sum(counts), None, None)
    count, score, again = map(sum, zip(*years, strict=True))
    return Satisfaction(count, score / count, again / count)


def _early_ends(bank: Bank, period: Period) -> EarlyEnds:
    ended = Match.objects.filter(period.covers("ended_on"), bank=bank).order_by()
    early = ended.filter(closed_reason=ClosedReason.TERMINATED)
    by, reasons = _counted(early, "closed_by"), _counted(early, KT("reason_codes__0"))
    terminated = sum(map(sum, (year.values() for year in by)))
    return EarlyEnds(
        ended=ended.filter(state=State.COMPLETED).count() + terminated,
        terminated=terminated,
        by=cells_shown_over(by, map(str, ENDERS)),
        reasons=cells_shown_over(reasons, REASONS[Action.TERMINATE]),
    )


def _counted(matches: QuerySet[Match], what: str | Combinable) -> list[Counter[str]]:
    """Matches by something, for each year in which they ended."""
    years = dict[int, Counter[str]]()
    for year, key, count in matches.values_list(fiscal_year_in("ended_on"), what).annotate(Count("pk")):
        if key:
            years.setdefault(year, Counter())[key] += count
    return list(years.values())
