"""How far matches come: each stage by origin, and the needs at the start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from talentbank.banks.models import Bank
from talentbank.core.actors import Side
from talentbank.core.models import Event
from talentbank.matches.models import Evaluation, Match
from talentbank.matches.states import Origin, State
from talentbank.needs.lifecycle import NeedAction
from talentbank.needs.models import NeedState
from talentbank.statistics.periods import Period, period_of
from talentbank.statistics.steps import BOTH_AGREED, INTRODUCED, PUT_FORWARD, WORKED, into, matches_made, moves_standing
from talentbank.statistics.suppression import columns_hidden


class Stage(StrEnum):
    """Stages in the order in which a match goes through them."""

    OPENED = "opened"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    INTRODUCED = "introduced"
    CONTRACTED = "contracted"
    STARTED = "started"
    COMPLETED = "completed"
    EVALUATED = "evaluated"


REACHED_BY = {
    Stage.OPENED: Q(from_state=""),
    Stage.PROPOSED: into(PUT_FORWARD, BOTH_AGREED, INTRODUCED),
    Stage.ACCEPTED: into(BOTH_AGREED, INTRODUCED),
    Stage.INTRODUCED: into(INTRODUCED),
    Stage.STARTED: into(WORKED),
    Stage.COMPLETED: into(frozenset({State.COMPLETED})),
}
"""The first move that brings a match to a stage: into its states or past them, for a stage may be skipped."""
OPENING = (NeedAction.OPEN, NeedAction.REOPEN)
Counts = Mapping[Origin, int]


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many matches reached a stage. `by_origin`: None where the number is not shown."""

    stage: Stage
    matches: int
    by_origin: Mapping[Origin, int | None]


@dataclass(frozen=True, slots=True)
class Funnel:
    """What a period brought. Totals are never suppressed; an origin is shown at every stage or at none."""

    bank: Bank
    as_of: date
    fiscal_year: int | None
    needs_submitted: int
    needs_opened: int
    stages: tuple[StageCount, ...]


def statistics_funnel(*, bank: Bank, as_of: date, fiscal_year: int | None = None) -> Funnel:
    """Count each match at each stage once, by the day on which it first reached it."""
    period = period_of(as_of=as_of, fiscal_year=fiscal_year)
    counts = {
        **_moved(bank, period),
        Stage.CONTRACTED: _grouped(matches_made(bank, period)),
        Stage.EVALUATED: _evaluated(bank, period),
    }
    needs = _needs(bank, period)
    return Funnel(bank, as_of, fiscal_year, needs["submitted"], needs["opened"], _stages(counts))


def _stages(counts: Mapping[Stage, Counts]) -> tuple[StageCount, ...]:
    lines = {stage: [counts[stage][origin] for origin in Origin] for stage in Stage}
    hidden = columns_hidden(lines.values())

    def shown(line: list[int]) -> dict[Origin, int | None]:
        return {origin: None if n in hidden else line[n] for n, origin in enumerate(Origin)}

    return tuple(StageCount(stage, sum(line), shown(line)) for stage, line in lines.items())


def _first_within(reached: Q, period: Period) -> Combinable:
    """Those that had come so far by the end of the period, less those that had before it."""
    until = Q(happened_on__lte=period.last)
    before = until & Q(happened_on__lt=period.first)
    came, had_come = (Count("subject_id", distinct=True, filter=reached & when) for when in (until, before))
    return came - had_come


def _moved(bank: Bank, period: Period) -> dict[Stage, Counts]:
    sums = {stage.value: _first_within(reached, period) for stage, reached in REACHED_BY.items()}
    rows = [(origin, counts) for origin, *counts in moves_standing(bank).values_list("origin").annotate(**sums)]
    return {
        stage: _by_origin((origin, counts[place]) for origin, counts in rows) for place, stage in enumerate(REACHED_BY)
    }


def _evaluated(bank: Bank, period: Period) -> Counts:
    """Completed matches that both sides have evaluated, by the day of the second evaluation."""
    given = Evaluation.objects.filter(match=OuterRef("pk"), voided_at__isnull=True)
    rows = Match.objects.filter(*(Exists(given.filter(side=side)) for side in Side), bank=bank, state=State.COMPLETED)
    rows = rows.annotate(both_at=Subquery(given.order_by("-created_at").values("created_at")[:1]))
    return _grouped(rows.filter(period.covers_moment("both_at")))


def _grouped(matches: QuerySet[Match]) -> Counts:
    return _by_origin(matches.order_by().values_list("origin").annotate(Count("pk")))


def _by_origin(counts: Iterable[tuple[str, int]]) -> Counts:
    return dict.fromkeys(Origin, 0) | {Origin(origin): count for origin, count in counts}


def _needs(bank: Bank, period: Period) -> dict[str, int]:
    """Needs that were first submitted, and first opened, within the period; a later round is not counted again."""
    steps = Event.objects.filter(bank_id=bank.pk, subject_kind="need").exclude(from_state=F("to_state"))
    return steps.order_by().aggregate(
        submitted=_first_within(Q(action=NeedAction.SUBMIT), period),
        opened=_first_within(Q(action__in=OPENING, to_state=NeedState.OPEN), period),
    )
