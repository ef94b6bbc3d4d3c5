"""Complaints: made by a side of a match, read by bank_admins and the coordinator they were given to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.filters import ChoicesFilter, StrictFilterSet, UUIDsFilter
from api.matches.views import domain_step
from api.routing import endpoint
from api.serializers import (
    OnBehalfInput,
    RowOutput,
    StepInput,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictSerializer,
    StrictUUIDField,
    on_behalf_of,
    step_of,
)
from api.views import ActionView, CreateView, DetailView, ListView, Operation
from talentbank.core.actors import Side
from talentbank.core.audit import Step
from talentbank.core.errors import Forbidden
from talentbank.core.lifecycle import Part
from talentbank.matches.complaints import (
    TABLE,
    complaint_get,
    complaint_make,
    complaint_transition,
    complaints_visible,
    parts_of_complaint,
    parts_worn,
)
from talentbank.matches.models import Complaint, ComplaintAbout, ComplaintState, Match
from talentbank.matches.policies import part_for
from talentbank.matches.selectors import match_get

TEXT = 4000


class ComplaintFilters(StrictFilterSet):
    match = UUIDsFilter("match_id")
    state = ChoicesFilter(ComplaintState, "state")


class ComplaintInput(OnBehalfInput):
    about = StrictChoiceField(ComplaintAbout, component="ComplaintAbout")
    text = StrictCharField(max_length=TEXT)


class ComplaintTakeInput(StrictSerializer):
    handler = StrictUUIDField(help_text="Account of a coordinator or bank_admin who looks into it.")


class ComplaintEndInput(StrictSerializer):
    resolution = StrictCharField(max_length=TEXT, help_text="For staff.")
    resolution_told = StrictCharField(max_length=TEXT, help_text="What the one who complained reads.")


class ComplaintStaffView(serializers.Serializer):
    """What only those who handle it see."""

    made_by = StrictUUIDField(allow_null=True)
    handler = StrictUUIDField(allow_null=True)
    resolution = StrictCharField(max_length=TEXT, allow_blank=True)


class ComplaintOutput(RowOutput):
    match = StrictUUIDField(source="match_id")
    side = StrictChoiceField(Side)
    about = StrictChoiceField(ComplaintAbout, component="ComplaintAbout")
    state = StrictChoiceField(ComplaintState, component="ComplaintState")
    state_since = StrictDateTimeField()
    text = StrictCharField(max_length=TEXT)
    resolution_told = StrictCharField(max_length=TEXT, allow_blank=True)
    channel = StrictCharField(max_length=20)
    created_at = StrictDateTimeField()
    staff = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    @extend_schema_field(ComplaintStaffView(allow_null=True))
    def get_staff(self, complaint: Complaint) -> dict[str, Any] | None:
        if not parts_of_complaint(self.context["actor"], complaint):
            return None
        return {
            "made_by": complaint.made_by_id,
            "handler": complaint.handler_id,
            "resolution": complaint.resolution,
        }

    def get_allowed_actions(self, complaint: Complaint) -> list[str]:
        return TABLE.allowed(complaint.state, parts_of_complaint(self.context["actor"], complaint))


class ComplaintOperation(Operation):
    tag = "complaints"
    output_serializer = ComplaintOutput


class ComplaintList(ComplaintOperation, ListView):
    """One's own side's complaints; for bank_admins their bank's, for a coordinator those given to them."""

    operation_id, summary = "complaints_list", "List complaints"
    required_scopes = ("matches:read",)
    filterset_class = ComplaintFilters
    orderings = ("-created_at", "created_at")

    def rows(self) -> QuerySet[Complaint]:
        return complaints_visible(self.actor)


class ComplaintRead(ComplaintOperation, DetailView):
    """One complaint."""

    operation_id, summary = "complaints_read", "Read a complaint"
    required_scopes = ("matches:read",)

    def find(self, **ids: Any) -> Complaint:
        return complaint_get(self.actor, ids["id"])


class ComplaintCreate(ComplaintOperation, CreateView):
    """Complain about the staff or the bank, or about the other side once introduced, until a year after the end."""

    operation_id, summary = "matches_complaints_create", "Complain"
    required_scopes = ("matches:write",)
    input_serializer = ComplaintInput

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"], on_behalf=on_behalf_of(self.values))

    def permit(self, row: Match) -> None:
        part_for(self.actor, row, {Part.PROFESSIONAL, Part.ORGANIZATION}, on_behalf_of(self.values))

    def perform(self, parent: Match) -> Complaint:
        own = ("about", "text")
        sent = step_of({name: value for name, value in self.values.items() if name not in own})
        return complaint_make(
            match_id=parent.pk,
            about=self.values["about"],
            text=self.values["text"],
            step=domain_step(self.actor, sent, self.at),
        )

    def location(self, row: Complaint) -> str:
        return f"/api/v1/complaints/{row.pk}"


class ComplaintAction(ComplaintOperation, ActionView):
    action: ClassVar[str]
    required_scopes = ("matches:decide",)
    input_serializer = StrictSerializer

    def find(self, **ids: Any) -> Complaint:
        return complaint_get(self.actor, ids["id"])

    def permit(self, row: Complaint) -> None:
        if not parts_worn(self.actor, row) & TABLE.parts_for(self.action):
            raise Forbidden()

    def perform(self, row: Complaint, *, step: StepInput, expected_version: int) -> Complaint:
        return complaint_transition(
            complaint_id=row.pk,
            action=self.action,
            expected_version=expected_version,
            step=Step(actor=self.actor, at=self.at, input=step.input),
        )


class ComplaintTake(ComplaintAction):
    """Give a complaint to somebody who looks into it. For bank_admins."""

    operation_id, summary, action = "complaints_take", "Give a complaint to a handler", "take"
    input_serializer = ComplaintTakeInput


class ComplaintResolve(ComplaintAction):
    """It was put right. For who handles it."""

    operation_id, summary, action = "complaints_resolve", "Resolve a complaint", "resolve"
    input_serializer = ComplaintEndInput


class ComplaintDismiss(ComplaintAction):
    """There is nothing to put right. For who handles it."""

    operation_id, summary, action = "complaints_dismiss", "Dismiss a complaint", "dismiss"
    input_serializer = ComplaintEndInput


class ComplaintReopen(ComplaintAction):
    """Look into it once more. For bank_admins."""

    operation_id, summary, action = "complaints_reopen", "Reopen a complaint", "reopen"


urlpatterns = [
    endpoint("complaints", get=ComplaintList),
    endpoint("complaints/<uuid:id>", get=ComplaintRead),
    endpoint("complaints/<uuid:id>/take", post=ComplaintTake),
    endpoint("complaints/<uuid:id>/resolve", post=ComplaintResolve),
    endpoint("complaints/<uuid:id>/dismiss", post=ComplaintDismiss),
    endpoint("complaints/<uuid:id>/reopen", post=ComplaintReopen),
    endpoint("matches/<uuid:id>/complaints", post=ComplaintCreate),
]
