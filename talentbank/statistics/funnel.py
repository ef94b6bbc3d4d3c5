"""How far matches come: each stage by origin, and the needs at the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable

from talentbank.banks.models import Bank
from talentbank.core.actors import Side
from talentbank.core.clock import day_of
from talentbank.core.clock import fiscal_year as fiscal_year_of
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
Reached = tuple[Stage, Origin, date]
"""That a match of this origin first came to a stage on this day."""


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
    reached = chain(_moved(bank), _made(bank, period), _evaluated(bank))
    counts = Counter((fiscal_year_of(day), stage, origin) for stage, origin, day in reached if day in period)
    needs = _needs(bank, period)
    return Funnel(bank, as_of, fiscal_year, needs["submitted"], needs["opened"], _stages(counts))


def _stages(counts: Mapping[tuple[int, Stage, Origin], int]) -> tuple[StageCount, ...]:
    years = {year for year, _, _ in counts}
    lines = {(year, stage): [counts[year, stage, origin] for origin in Origin] for year in years for stage in Stage}
    # How many of those contracted are repeats is a headline: the others must not follow from it.
    beside_repeats = [
        [0 if origin is Origin.REPEAT else counts[year, Stage.CONTRACTED, origin] for origin in Origin]
        for year in years
    ]
    hidden = columns_hidden([*lines.values(), *beside_repeats])

    def count(stage: Stage) -> StageCount:
        whole = [sum(counts[year, stage, origin] for year in years) for origin in Origin]
        shown = {origin: None if n in hidden else whole[n] for n, origin in enumerate(Origin)}
        return StageCount(stage, sum(whole), shown)

    return tuple(map(count, Stage))


def _moved(bank: Bank) -> Iterator[Reached]:
    firsts = {stage.value: Min("happened_on", filter=reached) for stage, reached in REACHED_BY.items()}
    for origin, _, *days in moves_standing(bank).values_list("origin", "subject_id").annotate(**firsts):
        yield from ((stage, Origin(origin), day) for stage, day in zip(REACHED_BY, days, strict=True) if day)


def _made(bank: Bank, period: Period) -> Iterator[Reached]:
    made = matches_made(bank, period).order_by().values_list("origin", "made_on")
    yield from ((Stage.CONTRACTED, Origin(origin), day) for origin, day in made if day)


def _evaluated(bank: Bank) -> Iterator[Reached]:
    """Completed matches that both sides have evaluated, by the day of the second evaluation."""
    given = Evaluation.objects.filter(match=OuterRef("pk"), voided_at__isnull=True)
    rows = Match.objects.filter(*(Exists(given.filter(side=side)) for side in Side), bank=bank, state=State.COMPLETED)
    rows = rows.annotate(both_at=Subquery(given.order_by("-created_at").values("created_at")[:1]))
    for origin, at in rows.order_by().values_list("origin", "both_at"):
        yield Stage.EVALUATED, Origin(origin), day_of(at)


def _first_within(reached: Q, period: Period) -> Combinable:
    """Those that had come so far by the end of the period, less those that had before it."""
    until = Q(happened_on__lte=period.last)
    before = until & Q(happened_on__lt=period.first)
    came, had_come = (Count("subject_id", distinct=True, filter=reached & when) for when in (until, before))
    return came - had_come


def _needs(bank: Bank, period: Period) -> dict[str, int]:
    """Needs that were first submitted, and first opened, within the period; a later round is not counted again."""
    steps = Event.objects.filter(bank_id=bank.pk, subject_kind="need").exclude(from_state=F("to_state"))
    return steps.order_by().aggregate(
        submitted=_first_within(Q(action=NeedAction.SUBMIT), period),
        opened=_first_within(Q(action__in=OPENING, to_state=NeedState.OPEN), period),
    )
