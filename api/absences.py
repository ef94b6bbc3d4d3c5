"""Days on which staff are away, and who stands in for them meanwhile."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from api.routing import endpoint
from api.serializers import (
    RowOutput,
    StrictCharField,
    StrictDateField,
    StrictDateTimeField,
    StrictSerializer,
    StrictUUIDField,
)
from api.views import CreateView, ListView, Operation, RemoveView
from talentbank.accounts.policies import require_coordinator
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_get
from talentbank.worklist.models import Absence
from talentbank.worklist.selectors import absence_get, absences_of
from talentbank.worklist.services import absence_enter, absence_remove


class AbsenceInput(StrictSerializer):
    """Both days are included. One's own; a bank_admin enters anybody's."""

    user = StrictUUIDField(required=False, help_text="Account; one's own if absent.")
    deputy = StrictUUIDField(required=False, allow_null=True, help_text="Null: everybody stands in.")
    away_from = StrictDateField()
    away_until = StrictDateField()


class AbsenceOutput(RowOutput):
    bank = StrictUUIDField(source="bank_id")
    user = StrictUUIDField(source="user_id")
    user_name = StrictCharField(max_length=100, allow_blank=True, source="user.name")
    deputy = StrictUUIDField(source="deputy_id", allow_null=True)
    away_from = StrictDateField()
    away_until = StrictDateField()
    created_at = StrictDateTimeField()


class AbsenceOperation(Operation):
    tag = "worklist"
    output_serializer = AbsenceOutput


class AbsenceList(AbsenceOperation, ListView):
    """Absences of a bank's staff, past ones too. For coordinators."""

    operation_id, summary = "banks_absences_list", "List absences"
    required_scopes = ("me:read",)
    orderings = ("away_from", "-away_from")
    extra_statuses = frozenset({404})

    def rows(self) -> QuerySet[Absence]:
        return absences_of(self.actor, bank_get(self.kwargs["bank"]).pk)


class AbsenceCreate(AbsenceOperation, CreateView):
    """Enter days of absence; meanwhile the deputy's worklist shows what one looks after."""

    operation_id, summary = "banks_absences_create", "Enter an absence"
    required_scopes = ("me:write",)
    input_serializer = AbsenceInput
    extra_statuses = frozenset({404})

    def find(self, **ids: Any) -> Bank:
        return bank_get(ids["bank"])

    def permit(self, row: Bank) -> None:
        require_coordinator(self.actor, row.pk)

    def perform(self, parent: Bank) -> Absence:
        return absence_enter(
            actor=self.actor,
            bank_id=parent.pk,
            user_id=self.values.get("user") or self.actor.user_id,
            deputy_id=self.values.get("deputy"),
            away_from=self.values["away_from"],
            away_until=self.values["away_until"],
            at=self.at,
        )


class AbsenceRemove(AbsenceOperation, RemoveView):
    """Strike out an absence: one's own, or anybody's for a bank_admin."""

    operation_id, summary = "banks_absences_remove", "Strike out an absence"
    required_scopes = ("me:write",)

    def find(self, **ids: Any) -> Absence:
        return absence_get(self.actor, bank_get(ids["bank"]).pk, ids["id"])

    def perform(self, row: Absence, *, expected_version: int) -> None:
        absence_remove(actor=self.actor, absence=row, expected_version=expected_version)


urlpatterns = [
    endpoint("banks/<str:bank>/absences", get=AbsenceList, post=AbsenceCreate),
    endpoint("banks/<str:bank>/absences/<uuid:id>", delete=AbsenceRemove),
]
