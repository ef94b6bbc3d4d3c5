"""The resource `needs/{id}/questions`: professionals ask, the organization answers, and nobody learns who asked."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.filters import FlagFilter, StrictFilterSet
from api.matches.views import domain_step
from api.routing import endpoint
from api.serializers import (
    OnBehalfInput,
    RowOutput,
    StepInput,
    StrictBooleanField,
    StrictCharField,
    StrictDateTimeField,
    StrictUUIDField,
    on_behalf_of,
)
from api.views import ActionView, CreateView, ListView, Operation
from talentbank.needs.models import Need, NeedQuestion
from talentbank.needs.policies import WRITERS, acting_parts, part_for
from talentbank.needs.questions import (
    asker_of,
    is_asker,
    need_question_actions,
    need_question_answer,
    need_question_ask,
    need_question_get,
    need_questions_visible,
    sees_who_asked,
)
from talentbank.needs.selectors import need_get

TEXT, RELAYED = 4000, 30_000
"""A mask may be longer than what it hides."""


class NeedQuestionInput(OnBehalfInput):
    text = StrictCharField(max_length=TEXT, help_text="Contacts and names are taken out when it is relayed.")
    professional = StrictUUIDField(required=False, help_text="Who asks: on behalf, or where one holds several.")


class NeedAnswerInput(OnBehalfInput):
    answer = StrictCharField(max_length=TEXT, help_text="Contacts and names are taken out when it is relayed.")
    publish = StrictBooleanField(required=False, help_text="Show question and answer to everybody who sees the need.")


class NeedQuestionFilters(StrictFilterSet):
    answered = FlagFilter(method="by_answered")
    published = FlagFilter("published")

    def by_answered(self, rows: QuerySet[NeedQuestion], name: str, value: bool | None) -> QuerySet[NeedQuestion]:
        return rows if value is None else rows.filter(answered_at__isnull=not value)


class NeedQuestionAsker(serializers.Serializer):
    """Who asked, and the words before they were relayed."""

    professional = StrictUUIDField(source="professional_id")
    name = StrictCharField(max_length=200, source="professional.name")
    text = StrictCharField(max_length=TEXT)
    answer = StrictCharField(max_length=TEXT, allow_blank=True)


class NeedQuestionOutput(RowOutput):
    """A question and its answer as they are relayed. `staff` is for coordinators; `mine` tells who asked it oneself."""

    need = StrictUUIDField(source="need_id")
    text = StrictCharField(max_length=RELAYED, source="text_relayed")
    answer = StrictCharField(max_length=RELAYED, allow_blank=True, source="answer_relayed")
    answered_at = StrictDateTimeField(allow_null=True)
    published = StrictBooleanField()
    mine = serializers.SerializerMethodField()
    staff = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()
    created_at = StrictDateTimeField()

    def get_mine(self, question: NeedQuestion) -> bool:
        return is_asker(self.context["actor"], question)

    @extend_schema_field(NeedQuestionAsker(allow_null=True))
    def get_staff(self, question: NeedQuestion) -> dict[str, Any] | None:
        seen = sees_who_asked(self.context["actor"], question.need)
        return NeedQuestionAsker(question).data if seen else None

    def get_allowed_actions(self, question: NeedQuestion) -> list[str]:
        return need_question_actions(question, acting_parts(self.context["actor"], question.need))


class NeedQuestionOperation(Operation):
    tag = "needs"
    required_scopes = ("needs:write",)
    output_serializer = NeedQuestionOutput


class NeedQuestionList(NeedQuestionOperation, ListView):
    """Questions about a need: all for its people and staff; for professionals their own and the published ones."""

    operation_id, summary = "needs_questions_list", "List the questions about a need"
    required_scopes = ("needs:read",)
    filterset_class = NeedQuestionFilters
    orderings = ("-created_at", "created_at")

    def rows(self) -> QuerySet[NeedQuestion]:
        return need_questions_visible(self.actor, need_get(self.actor, self.kwargs["id"]))


class NeedQuestionAsk(NeedQuestionOperation, CreateView):
    """Ask about a need that is open or in progress and accepts. For approved professionals, and staff on behalf."""

    operation_id, summary = "needs_questions_create", "Ask about a need"
    input_serializer = NeedQuestionInput

    def find(self, **ids: Any) -> Need:
        return need_get(self.actor, ids["id"])

    def permit(self, row: Need) -> None:
        asker_of(self.actor, row, self.values.get("professional"), on_behalf_of(self.values))

    def perform(self, parent: Need) -> NeedQuestion:
        return need_question_ask(
            need_id=parent.pk,
            text=self.values["text"],
            professional_id=self.values.get("professional"),
            step=domain_step(self.actor, StepInput(on_behalf=on_behalf_of(self.values)), self.at),
        )

    def location(self, row: NeedQuestion) -> str:
        return f"{self.request.path}#{row.pk}"


class NeedQuestionAnswer(NeedQuestionOperation, ActionView):
    """Answer a question, once. For the organization's people, and staff on their behalf."""

    operation_id, summary = "needs_questions_answer", "Answer a question about a need"
    input_serializer = NeedAnswerInput

    def find(self, **ids: Any) -> NeedQuestion:
        need = need_get(self.actor, ids["id"], for_helper=bool(self.values.get("on_behalf_of")))
        return need_question_get(self.actor, need, ids["question_id"])

    def permit(self, row: NeedQuestion) -> None:
        part_for(self.actor, row.need.organization, WRITERS, on_behalf_of(self.values))

    def perform(self, row: NeedQuestion, *, step: StepInput, expected_version: int) -> NeedQuestion:
        return need_question_answer(
            need_id=row.need_id,
            question_id=row.pk,
            answer=self.values["answer"],
            publish=self.values.get("publish", False),
            expected_version=expected_version,
            step=domain_step(self.actor, step, self.at),
        )


urlpatterns = [
    endpoint("needs/<uuid:id>/questions", get=NeedQuestionList, post=NeedQuestionAsk),
    endpoint("needs/<uuid:id>/questions/<uuid:question_id>/answer", post=NeedQuestionAnswer),
]
