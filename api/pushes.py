"""Needs that the bank pointed out to a professional."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers

from api.candidates.outputs import CandidateNeed
from api.routing import endpoint
from api.serializers import RowOutput, StrictDateField, StrictUUIDField
from api.views import ListView
from talentbank.matches.models import Push
from talentbank.matches.pushes import pushes_visible


class PushOutput(RowOutput):
    """A need worth a look, pointed out in the week that begins on `week`. It asks for no answer."""

    professional = StrictUUIDField(source="professional_id")
    week = StrictDateField()
    need = serializers.SerializerMethodField()

    def get_need(self, push: Push) -> CandidateNeed:
        need = push.need
        shown = {
            "id": need.pk,
            "reference": need.reference,
            "title": need.title,
            "organization": None if need.anonymous else need.organization.name,
            "area": need.area,
            "engagement_type": need.engagement_type,
            "deadline": need.deadline,
        }
        return CandidateNeed(shown).data  # type: ignore[return-value]


class MePushes(ListView):
    """Needs that were pointed out to my registrations and that I may still see, newest first."""

    operation_id, summary, tag = "me_pushes", "List needs pointed out to me", "me"
    required_scopes = ("needs:read",)
    output_serializer = PushOutput
    orderings = ("-created_at",)

    def rows(self) -> QuerySet[Push]:
        return pushes_visible(self.actor)


urlpatterns = [endpoint("me/pushes", get=MePushes)]
