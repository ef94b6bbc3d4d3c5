"""Work reports (実施報告): the professional files, the organization confirms or returns."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from talentbank.core.audit import Step
from talentbank.core.errors import Conflict, FieldError, InvalidInput, NotFound, Refusal, StaleVersion
from talentbank.core.lifecycle import Part, Table, Transition
from talentbank.core.models import lock
from talentbank.matches.beside import case_beside, require_beside
from talentbank.matches.case import Case
from talentbank.matches.models import Match, WorkReport, WorkReportState
from talentbank.matches.moves import match_event
from talentbank.matches.states import State

REPORTABLE = frozenset({State.ACTIVE, State.SUSPENDED, State.DELIVERED})
HOURS_A_DAY = 24
_FILED, _ORGANIZATION = frozenset({WorkReportState.FILED.value}), frozenset({Part.ORGANIZATION})

TABLE = Table(
    "work_report",
    [
        Transition("confirm", _FILED, WorkReportState.CONFIRMED.value, _ORGANIZATION),
        Transition("return", _FILED, WorkReportState.RETURNED.value, _ORGANIZATION),
    ],
)
"""Answered once, in whatever state the match is by then."""


class WorkReportAnswered(Conflict):
    """A report is confirmed or returned once; a returned one is filed anew."""

    code = "work_report_answered"


class WorkReportOverlaps(Conflict):
    """Days are reported once: another report of the match covers some of them."""

    code = "work_report_overlaps"


def work_reports(match: Match) -> QuerySet[WorkReport]:
    """The reports of a match by period. Both sides and coordinators read them."""
    return match.work_reports.select_related("match").order_by("period_start", "id")


def work_report_get(match: Match, report_id: UUID) -> WorkReport:
    """:raises NotFound: absent, or of another match."""
    report = work_reports(match).filter(pk=report_id).first()
    if report is None:
        raise NotFound()
    return report


@transaction.atomic
def work_report_file(*, match_id: UUID, fields: dict[str, Any], step: Step) -> WorkReport:
    """This function will file a report: period_start, period_end, hours, work_done, next_steps.

    :raises InvalidInput: a period that is not over, begins before the work, or holds fewer hours than reported.
    :raises ActionRefused: the match is not active, suspended or delivered.
    :raises WorkReportOverlaps: some of the days are reported already.
    """
    case = case_beside(match_id, step, {Part.PROFESSIONAL})
    require_beside(case, "file-report", [_not_running(case)])
    if errors := _errors(case, fields):
        raise InvalidInput(errors)
    others = case.match.work_reports.exclude(state=WorkReportState.RETURNED)
    if others.filter(period_start__lte=fields["period_end"], period_end__gte=fields["period_start"]).exists():
        raise WorkReportOverlaps()
    report = WorkReport.create(
        at=step.at, match=case.match, entered_by_id=step.actor.user_id, channel=step.channel, **fields
    )
    case.texts |= {"work_done": report.work_done, "next_steps": report.next_steps}
    days = {"from": str(report.period_start), "until": str(report.period_end)}
    _record(case, "file-report", report, {**days, "hours": report.hours})
    return report


@transaction.atomic
def work_report_answer(
    *, match_id: UUID, report_id: UUID, action: str, comment: str, expected_version: int | None, step: Step
) -> WorkReport:
    """This function will confirm a report, or return it with what is missing: an action of `TABLE`.

    :raises NotFound: the match has no such report.
    :raises StaleVersion: somebody answered since the caller looked.
    :raises WorkReportAnswered: it is answered already.
    """
    case = case_beside(match_id, step, TABLE.parts_for(action))
    report = lock(WorkReport, work_report_get(case.match, report_id).pk)
    recorded_as = f"{action}-report"
    require_beside(case, recorded_as, [])
    if expected_version is not None and report.version != expected_version:
        raise StaleVersion(version=report.version)
    row = TABLE.find(action, report.state)
    if row is None:
        raise WorkReportAnswered(state=report.state)
    report.state, report.answer_comment = str(row.target), comment
    report.answered_at, report.answered_by_id = step.at, step.actor.user_id
    report.save_step(at=step.at)
    case.texts["comment"] = comment
    _record(case, recorded_as, report, {})
    return report


def _record(case: Case, action: str, report: WorkReport, facts: dict[str, object]) -> None:
    match_event(case, action, case.match.state, {"report": str(report.pk), "side": case.side, **facts})


def _not_running(case: Case) -> Refusal | None:
    running = case.match.state in REPORTABLE
    return None if running else Refusal("state_forbids", {"state": case.match.state, "of": "match"})


def _errors(case: Case, fields: dict[str, Any]) -> list[FieldError]:
    start: date = fields["period_start"]
    end: date = fields["period_end"]
    errors = []
    if end < start:
        errors.append(FieldError("/period_end", "before_start"))
    if end > case.step.day:
        errors.append(FieldError("/period_end", "in_the_future"))
    if case.match.started_on and start < case.match.started_on:
        errors.append(FieldError("/period_start", "before_the_work", {"started_on": str(case.match.started_on)}))
    if not errors and fields["hours"] > HOURS_A_DAY * ((end - start).days + 1):
        errors.append(FieldError("/hours", "more_hours_than_days"))
    return errors
