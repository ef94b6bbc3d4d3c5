"""The resource `matches/{id}/questions`: one side asks the other, without contacts until they are introduced."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.matches.views import domain_step
from api.need_questions import RELAYED, TEXT
from api.routing import endpoint
from api.serializers import (
    OnBehalfInput,
    RowOutput,
    StepInput,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictUUIDField,
    on_behalf_of,
)
from api.views import ActionView, CreateView, ListView, Operation
from talentbank.core.actors import Side
from talentbank.matches.models import Match, MatchQuestion
from talentbank.matches.policies import acting_parts, part_for, sees_original
from talentbank.matches.questions import (
    SIDES,
    match_question_actions,
    match_question_answer,
    match_question_ask,
    match_question_get,
    match_questions,
    relayed,
)
from talentbank.matches.selectors import match_get

RELAYS = "Contacts and names are taken out of it before the introduction."


class MatchQuestionInput(OnBehalfInput):
    text = StrictCharField(max_length=TEXT, help_text=RELAYS)


class MatchAnswerInput(OnBehalfInput):
    answer = StrictCharField(max_length=TEXT, help_text=RELAYS)


class MatchQuestionOriginal(serializers.Serializer):
    """The words before they were relayed."""

    text = StrictCharField(max_length=TEXT)
    answer = StrictCharField(max_length=TEXT, allow_blank=True)


class MatchQuestionOutput(RowOutput):
    """A question and its answer as they are relayed; `staff` is for coordinators."""

    match = StrictUUIDField(source="match_id")
    asked_side = StrictChoiceField(Side, help_text="The side that asked; the other one answers.")
    text = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()
    answered_at = StrictDateTimeField(allow_null=True)
    staff = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()
    created_at = StrictDateTimeField()

    @extend_schema_field(StrictCharField(max_length=RELAYED))
    def get_text(self, question: MatchQuestion) -> str:
        return relayed(question.text_relayed, question.match)

    @extend_schema_field(StrictCharField(max_length=RELAYED, allow_blank=True))
    def get_answer(self, question: MatchQuestion) -> str:
        return relayed(question.answer_relayed, question.match)

    @extend_schema_field(MatchQuestionOriginal(allow_null=True))
    def get_staff(self, question: MatchQuestion) -> dict[str, Any] | None:
        seen = sees_original(self.context["actor"], question.match)
        return MatchQuestionOriginal(question).data if seen else None

    def get_allowed_actions(self, question: MatchQuestion) -> list[str]:
        return match_question_actions(question, self.context["parts"])


class MatchQuestionOperation(Operation):
    tag = "matches"
    required_scopes = ("matches:write",)
    output_serializer = MatchQuestionOutput
    values: dict[str, Any]

    def match(self) -> Match:
        """:raises NotFound: absent, or out of the caller's sight."""
        behalf = on_behalf_of(getattr(self, "values", {}))
        return match_get(self.actor, self.kwargs["id"], on_behalf=behalf)

    def require_side(self, match: Match) -> None:
        part_for(self.actor, match, SIDES, on_behalf_of(self.values))

    def render_rows(self, rows: list[MatchQuestion]) -> list[Any]:
        """All of one match: what the caller is in it is asked once."""
        parts = acting_parts(self.actor, rows[0].match) if rows else frozenset()
        return list(MatchQuestionOutput(rows, many=True, context={**self.output_context(), "parts": parts}).data)


class MatchQuestionList(MatchQuestionOperation, ListView):
    """What the sides of a match have asked each other."""

    operation_id, summary = "matches_questions_list", "List the questions of a match"
    required_scopes = ("matches:read",)
    orderings = ("-created_at", "created_at")

    def rows(self) -> QuerySet[MatchQuestion]:
        return match_questions(self.match())


class MatchQuestionAsk(MatchQuestionOperation, CreateView):
    """Ask the other side of an open match that both sides know of. For either side, and staff on its behalf."""

    operation_id, summary = "matches_questions_create", "Ask the other side"
    input_serializer = MatchQuestionInput

    def find(self, **ids: Any) -> Match:
        return self.match()

    def permit(self, row: Match) -> None:
        self.require_side(row)

    def perform(self, parent: Match) -> MatchQuestion:
        step = domain_step(self.actor, StepInput(on_behalf=on_behalf_of(self.values)), self.at)
        return match_question_ask(match_id=parent.pk, text=self.values["text"], step=step)

    def location(self, row: MatchQuestion) -> str:
        return f"{self.request.path}#{row.pk}"


class MatchQuestionAnswer(MatchQuestionOperation, ActionView):
    """Answer a question of the other side, once. For the side that was asked, and staff on its behalf."""

    operation_id, summary = "matches_questions_answer", "Answer a question of the other side"
    input_serializer = MatchAnswerInput

    def find(self, **ids: Any) -> MatchQuestion:
        return match_question_get(self.match(), ids["question_id"])

    def permit(self, row: MatchQuestion) -> None:
        self.require_side(row.match)

    def perform(self, row: MatchQuestion, *, step: StepInput, expected_version: int) -> MatchQuestion:
        return match_question_answer(
            match_id=row.match_id,
            question_id=row.pk,
            answer=self.values["answer"],
            expected_version=expected_version,
            step=domain_step(self.actor, step, self.at),
        )


urlpatterns = [
    endpoint("matches/<uuid:id>/questions", get=MatchQuestionList, post=MatchQuestionAsk),
    endpoint("matches/<uuid:id>/questions/<uuid:question_id>/answer", post=MatchQuestionAnswer),
]
