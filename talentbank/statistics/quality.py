"""What the two sides say of their matches, how often a pair works together again, and what ended early."""

from __future__ import annotations

from collections.abc import Mapping
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
from talentbank.statistics.periods import Period, period_of
from talentbank.statistics.steps import matches_made
from talentbank.statistics.suppression import LEAST, cells_shown

ENDERS = (Part.PROFESSIONAL, Part.ORGANIZATION, Part.COORDINATOR)
"""Who may end a match early."""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Open evaluations of one side. Mean (1–5) and share are None under LEAST of them."""

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
    by_side = rows.order_by().values_list("side").annotate(**sums)
    found = {side: _said(*said) for side, *said in by_side}
    return {side: found.get(side, Satisfaction(0, None, None)) for side in Side}


def _said(count: int, score: int, again: int) -> Satisfaction:
    return Satisfaction(count, None, None) if count < LEAST else Satisfaction(count, score / count, again / count)


def _early_ends(bank: Bank, period: Period) -> EarlyEnds:
    ended = Match.objects.filter(period.covers("ended_on"), bank=bank).order_by()
    early = ended.filter(closed_reason=ClosedReason.TERMINATED)
    by = dict.fromkeys(map(str, ENDERS), 0) | _counted(early, "closed_by")
    reasons = dict.fromkeys(REASONS[Action.TERMINATE], 0) | _counted(early, KT("reason_codes__0"))
    terminated = sum(by.values())
    return EarlyEnds(
        ended=ended.filter(state=State.COMPLETED).count() + terminated,
        terminated=terminated,
        by=cells_shown(by),
        reasons=cells_shown(reasons),
    )


def _counted(matches: QuerySet[Match], what: str | Combinable) -> dict[str, int]:
    return {key: count for key, count in matches.values_list(what).annotate(Count("pk")) if key}
