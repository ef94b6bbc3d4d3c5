"""The two-sided evaluation (評価): blind until both sides have given theirs, or the bank's days have passed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from talentbank.banks.models import Bank
from talentbank.core.actors import Actor, Side
from talentbank.core.audit import Step
from talentbank.core.clock import day_begins, day_of
from talentbank.core.errors import Conflict, Refusal
from talentbank.core.lifecycle import Part
from talentbank.core.revision import revision_bump
from talentbank.matches.beside import case_beside, require_beside
from talentbank.matches.case import Case
from talentbank.matches.models import Evaluation, Match
from talentbank.matches.moves import count_follow, match_event
from talentbank.matches.policies import sides_of
from talentbank.matches.states import ClosedReason, State

EVALUATE = "evaluate"


class EvaluationGiven(Conflict):
    """A side evaluates once."""

    code = "evaluation_given"


def evaluable(match: Match) -> bool:
    """Tell whether the match ended by `complete` or `terminate`."""
    return match.state == State.COMPLETED or match.closed_reason == ClosedReason.TERMINATED


def evaluation_closes_on(match: Match) -> date | None:
    """The last day on which a side may evaluate; None before the end."""
    if match.ended_at is None or not evaluable(match):
        return None
    return day_of(match.ended_at) + timedelta(days=match.bank.policy.evaluation_days)


def evaluations_of(match: Match) -> QuerySet[Evaluation]:
    """The evaluations that count, in the order in which they were given."""
    return match.evaluations.filter(voided_at__isnull=True).order_by("created_at", "id")


def evaluations_open(match: Match, at: datetime) -> bool:
    """Tell whether both sides may read both: each has given its own, or the days have passed."""
    closes = evaluation_closes_on(match)
    return (closes is not None and day_of(at) > closes) or evaluations_of(match).count() == len(Side)


def evaluations_open_on(bank: Bank, day: date) -> QuerySet[Evaluation]:
    """`evaluations_open` of a whole bank: the evaluations that count and that both sides may read on that day."""
    standing = Evaluation.objects.filter(voided_at__isnull=True)
    others = standing.filter(match=OuterRef("match")).exclude(side=OuterRef("side"))
    closed_before = day_begins(day - timedelta(days=bank.policy.evaluation_days))
    return standing.filter(Q(match__ended_at__lt=closed_before) | Exists(others), match__bank=bank)


def evaluations_opened_on(given: Sequence[Evaluation]) -> date:
    """The day since which both sides may read a match's evaluations; `given`: its rows of `evaluations_open_on`."""
    if len(given) == len(Side):
        return day_of(max(each.created_at for each in given))
    match = given[0].match
    assert match.ended_at, "one evaluation alone is open only once the days after the end have passed"
    return day_of(match.ended_at) + timedelta(days=match.bank.policy.evaluation_days + 1)


def evaluations_readable(match: Match, actor: Actor, at: datetime) -> list[Evaluation]:
    """The evaluations whose content the actor may read: its own side's, and all once they are open. Staff wait too."""
    rows = list(evaluations_of(match))
    mine = {side.value for side in sides_of(actor, match)}
    return rows if evaluations_open(match, at) else [row for row in rows if row.side in mine]


@transaction.atomic
def evaluation_give(*, match_id: UUID, fields: dict[str, Any], step: Step) -> Evaluation:
    """This function will keep a side's evaluation: score 1–5, would_repeat, outcome, effect in yen and hours, comment.

    :raises ActionRefused: the match has not ended by `complete` or `terminate`, or the days have passed.
    :raises EvaluationGiven: the side has given one.
    """
    case = case_beside(match_id, step, {Part.PROFESSIONAL, Part.ORGANIZATION})
    assert case.side
    require_beside(case, EVALUATE, [_closed(case)])
    if evaluations_of(case.match).filter(side=case.side).exists():
        raise EvaluationGiven()
    evaluation = Evaluation.create(
        at=step.at,
        match=case.match,
        side=case.side,
        entered_by_id=step.actor.user_id,
        channel=step.channel,
        **fields,
    )
    revision_bump(case.bank.pk)  # before the event, as everywhere: the need may follow
    # what it says stays out of the event, which the other side reads
    match_event(case, EVALUATE, case.match.state, {"side": case.side, "evaluation": str(evaluation.pk)})
    count_follow(case)
    return evaluation


def _closed(case: Case) -> Refusal | None:
    closes = evaluation_closes_on(case.match)
    if closes is None:
        return Refusal("state_forbids", {"state": case.match.state, "of": "match"})
    return None if case.step.day <= closes else Refusal("evaluation_closed", {"closed_on": str(closes)})
