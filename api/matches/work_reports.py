"""Work reports of a match: filed by the professional, confirmed or returned by the organization."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from api.matches.views import domain_step
from api.routing import endpoint
from api.serializers import (
    OnBehalfInput,
    RowOutput,
    StepInput,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictFloatField,
    on_behalf_of,
    step_of,
)
from api.views import ActionView, CreateView, Operation, WholeListView
from talentbank.core.lifecycle import Part
from talentbank.matches.models import Match, WorkReport, WorkReportState
from talentbank.matches.policies import acting_parts, part_for
from talentbank.matches.selectors import match_get
from talentbank.matches.work_reports import (
    TABLE,
    work_report_answer,
    work_report_file,
    work_report_get,
    work_reports,
)

TEXT = 4000
OWN = ("period_start", "period_end", "hours", "work_done", "next_steps")


class WorkReportInput(OnBehalfInput):
    """What was done from `period_start` to `period_end`, both included. Returned reports are filed anew."""

    period_start = StrictDateField()
    period_end = StrictDateField()
    hours = StrictFloatField(minimum=0, maximum=10_000)
    work_done = StrictCharField(max_length=TEXT)
    next_steps = StrictCharField(max_length=TEXT, required=False, allow_blank=True)


class WorkReportConfirmInput(OnBehalfInput):
    comment = StrictCharField(max_length=TEXT, required=False, allow_blank=True)


class WorkReportReturnInput(OnBehalfInput):
    comment = StrictCharField(max_length=TEXT, help_text="What is missing.")


class WorkReportOutput(RowOutput):
    state = StrictChoiceField(WorkReportState, component="WorkReportState")
    period_start = StrictDateField()
    period_end = StrictDateField()
    hours = StrictFloatField(minimum=0, maximum=10_000)
    work_done = StrictCharField(max_length=TEXT)
    next_steps = StrictCharField(max_length=TEXT, allow_blank=True)
    answer_comment = StrictCharField(max_length=TEXT, allow_blank=True)
    answered_at = StrictDateTimeField(allow_null=True)
    channel = StrictCharField(max_length=20)
    allowed_actions = serializers.SerializerMethodField()
    created_at = StrictDateTimeField()

    def get_allowed_actions(self, report: WorkReport) -> list[str]:
        return TABLE.allowed(report.state, self.context["parts"])


class WorkReportOperation(Operation):
    tag = "matches"
    output_serializer = WorkReportOutput

    def match(self) -> Match:
        behalf = on_behalf_of(getattr(self, "values", {}))
        return match_get(self.actor, self.kwargs["id"], on_behalf=behalf)

    def require_part(self, match: Match, parts: frozenset[Part]) -> None:
        part_for(self.actor, match, parts, on_behalf_of(self.values))

    def render_rows(self, rows: list[WorkReport]) -> list[Any]:
        """All of one match: what the caller is in it is asked once."""
        parts = acting_parts(self.actor, rows[0].match) if rows else frozenset()
        return list(WorkReportOutput(rows, many=True, context={**self.output_context(), "parts": parts}).data)


class WorkReportList(WorkReportOperation, WholeListView):
    """Every report of the match, by period. For both sides and coordinators."""

    operation_id, summary = "matches_work_reports_list", "List work reports"
    required_scopes = ("matches:read",)

    def items(self) -> Any:
        return work_reports(self.match())


class WorkReportCreate(WorkReportOperation, CreateView):
    """File what was done in a period, while the match is active, suspended or delivered. For the professional."""

    operation_id, summary = "matches_work_reports_create", "File a work report"
    required_scopes = ("matches:write",)
    input_serializer = WorkReportInput

    def find(self, **ids: Any) -> Match:
        return self.match()

    def permit(self, row: Match) -> None:
        self.require_part(row, frozenset({Part.PROFESSIONAL}))

    def perform(self, parent: Match) -> WorkReport:
        sent = step_of({name: value for name, value in self.values.items() if name not in OWN})
        fields = {name: self.values[name] for name in OWN if name in self.values}
        return work_report_file(match_id=parent.pk, fields=fields, step=domain_step(self.actor, sent, self.at))

    def location(self, row: WorkReport) -> str:
        return f"{self.request.path}#{row.pk}"


class WorkReportAction(WorkReportOperation, ActionView):
    required_scopes = ("matches:write",)
    action: ClassVar[str]

    def find(self, **ids: Any) -> WorkReport:
        return work_report_get(self.match(), ids["report_id"])

    def permit(self, row: WorkReport) -> None:
        self.require_part(row.match, TABLE.parts_for(self.action))

    def perform(self, row: WorkReport, *, step: StepInput, expected_version: int) -> WorkReport:
        return work_report_answer(
            match_id=row.match_id,
            report_id=row.pk,
            action=self.action,
            comment=step.input.get("comment", ""),
            expected_version=expected_version,
            step=domain_step(self.actor, step, self.at),
        )


class WorkReportConfirm(WorkReportAction):
    """The report is right. For the organization."""

    operation_id, summary = "matches_work_reports_confirm", "Confirm a work report"
    input_serializer = WorkReportConfirmInput
    action = "confirm"


class WorkReportReturn(WorkReportAction):
    """Something is missing; the professional files it anew. For the organization."""

    operation_id, summary = "matches_work_reports_return", "Return a work report"
    input_serializer = WorkReportReturnInput
    action = "return"


urlpatterns = [
    endpoint("matches/<uuid:id>/work-reports", get=WorkReportList, post=WorkReportCreate),
    endpoint("matches/<uuid:id>/work-reports/<uuid:report_id>/confirm", post=WorkReportConfirm),
    endpoint("matches/<uuid:id>/work-reports/<uuid:report_id>/return", post=WorkReportReturn),
]
