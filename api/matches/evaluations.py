"""Evaluations of a match: one a side, blind until both are in or the days have passed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.matches.views import domain_step
from api.routing import endpoint
from api.serializers import (
    OnBehalfInput,
    RowOutput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    on_behalf_of,
    step_of,
)
from api.views import CreateView, FactView
from talentbank.core.actors import Side
from talentbank.core.lifecycle import Part
from talentbank.matches.evaluations import (
    evaluation_closes_on,
    evaluation_give,
    evaluations_of,
    evaluations_open,
    evaluations_readable,
)
from talentbank.matches.models import Evaluation, EvaluationOutcome, Match
from talentbank.matches.policies import part_for
from talentbank.matches.selectors import match_get

TEXT = 4000
YEN = {"minimum": 0, "maximum": 1_000_000_000_000}
OWN = ("score", "would_repeat", "outcome", "effect_yen", "effect_hours", "comment", "publish_consent")


class EvaluationInput(OnBehalfInput):
    """How it went, 5 being best. The other side reads it when both are in, or the days have passed."""

    score = StrictIntegerField(minimum=1, maximum=5)
    would_repeat = StrictBooleanField()
    outcome = StrictChoiceField(EvaluationOutcome, component="EvaluationOutcome")
    effect_yen = StrictIntegerField(**YEN, required=False, allow_null=True)
    effect_hours = StrictFloatField(minimum=0, maximum=1_000_000, required=False, allow_null=True)
    comment = StrictCharField(max_length=TEXT, required=False, allow_blank=True)
    publish_consent = StrictBooleanField(required=False)


class EvaluationOutput(RowOutput):
    side = StrictChoiceField(Side)
    score = StrictIntegerField(minimum=1, maximum=5)
    would_repeat = StrictBooleanField()
    outcome = StrictChoiceField(EvaluationOutcome, component="EvaluationOutcome")
    effect_yen = StrictIntegerField(**YEN, allow_null=True)
    effect_hours = StrictFloatField(minimum=0, maximum=1_000_000, allow_null=True)
    comment = StrictCharField(max_length=TEXT, allow_blank=True)
    publish_consent = StrictBooleanField()
    channel = StrictCharField(max_length=20)
    created_at = StrictDateTimeField()


class EvaluationsOutput(serializers.Serializer):
    """Who has evaluated, until when one may, and what the caller may read of it."""

    closes_on = StrictDateField(allow_null=True)
    open = StrictBooleanField(help_text="Whether both sides may read both.")
    given_by = StrictListField(child=StrictChoiceField(Side), max_length=2)
    evaluations = EvaluationOutput(many=True)


class EvaluationsRead(FactView):
    """Each side reads its own; both, and coordinators, read both once both are in or the days have passed."""

    operation_id, summary, tag = "matches_evaluations_read", "Read the evaluations", "matches"
    required_scopes = ("matches:read",)
    output_serializer = EvaluationsOutput

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"])

    def answer(self, **ids: Any) -> dict[str, Any]:
        match = self.row
        return {
            "closes_on": evaluation_closes_on(match),
            "open": evaluations_open(match, self.at),
            "given_by": [row.side for row in evaluations_of(match)],
            "evaluations": evaluations_readable(match, self.actor, self.at),
        }


class EvaluationGive(CreateView):
    """Say how it went, once, after the match was completed or terminated. For each side."""

    operation_id, summary, tag = "matches_evaluations_create", "Evaluate", "matches"
    required_scopes = ("matches:write",)
    input_serializer = EvaluationInput
    output_serializer = EvaluationOutput

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"], on_behalf=on_behalf_of(self.values))

    def permit(self, row: Match) -> None:
        part_for(self.actor, row, {Part.PROFESSIONAL, Part.ORGANIZATION}, on_behalf_of(self.values))

    def perform(self, parent: Match) -> Evaluation:
        sent = step_of({name: value for name, value in self.values.items() if name not in OWN})
        fields = {name: self.values[name] for name in OWN if name in self.values}
        return evaluation_give(match_id=parent.pk, fields=fields, step=domain_step(self.actor, sent, self.at))

    def location(self, row: Evaluation) -> str:
        return self.request.path


urlpatterns = [endpoint("matches/<uuid:id>/evaluations", get=EvaluationsRead, post=EvaluationGive)]
