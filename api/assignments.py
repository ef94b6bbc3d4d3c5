"""Who looks after which open needs and matches, and handing them over at a change of staff."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.filters import StrictFilterSet, TextFilter
from api.routing import endpoint
from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from api.views import CommandView, WholeListView
from talentbank.accounts.policies import require_coordinator
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_named
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.matches.assignments import Load, assign, loads

COUNT = {"minimum": 0, "maximum": 1_000_000}
MOST = 200
IDS: dict[str, Any] = {"min_length": 0, "max_length": MOST, "unique": True}


class AssignmentFilters(StrictFilterSet):
    bank = TextFilter(help_text="Id or slug; the default bank if absent.")


class AssignmentInput(StrictSerializer):
    """Hand over the needs and matches that are named; without any, everything that `from_user` looks after.

    `dry_run` answers as the call would, and changes nothing.
    """

    bank = StrictCharField(max_length=100, required=False, help_text="Id or slug; the default bank if absent.")
    to_user = StrictUUIDField(help_text="Account of a coordinator or bank_admin of the bank.")
    deputy = StrictUUIDField(required=False, allow_null=True, help_text="Who stands in; nobody if absent.")
    from_user = StrictUUIDField(required=False)
    needs = StrictListField(child=StrictUUIDField(), required=False, **IDS)
    matches = StrictListField(child=StrictUUIDField(), required=False, **IDS)
    dry_run = StrictBooleanField(required=False)


class AssignmentLoad(serializers.Serializer):
    """What one member of staff looks after; `user` null is what nobody does."""

    user = StrictUUIDField(source="user_id", allow_null=True)
    name = StrictCharField(max_length=100, allow_blank=True)
    needs = StrictIntegerField(**COUNT)
    matches = StrictIntegerField(**COUNT)


class AssignmentOutput(serializers.Serializer):
    """Ids of the needs and matches that moved, or on a dry run would move."""

    dry_run = StrictBooleanField()
    needs = StrictListField(child=StrictUUIDField(), min_length=0, max_length=100_000)
    matches = StrictListField(child=StrictUUIDField(), min_length=0, max_length=100_000)


class AssignmentList(WholeListView):
    """The open work of a bank by who looks after it: what nobody does first. For coordinators."""

    operation_id, summary, tag = "assignments_list", "List who looks after what", "worklist"
    required_scopes = ("matches:read",)
    output_serializer = AssignmentLoad
    extra_statuses = frozenset({404})
    filterset_class = AssignmentFilters

    def items(self) -> list[Load]:
        return loads(self.actor, bank_named(self.parameters["bank"]).pk, day_of(self.at))


class AssignmentCreate(CommandView):
    """Hand open needs and matches over; each leaves an event. For coordinators, to whoever is no side of them."""

    operation_id, summary, tag = "assignments_create", "Hand needs and matches over", "worklist"
    required_scopes = ("matches:decide",)
    input_serializer = AssignmentInput
    output_serializer = AssignmentOutput
    extra_statuses = frozenset({404})

    def find(self, **ids: Any) -> Bank:
        return bank_named(self.values.get("bank"))

    def permit(self, row: Bank) -> None:
        require_coordinator(self.actor, row.pk)

    def perform(self, parent: Bank) -> dict[str, Any]:
        dry_run = bool(self.values.get("dry_run"))
        needs, matches = assign(
            bank_id=parent.pk,
            to_user=self.values["to_user"],
            deputy=self.values.get("deputy"),
            from_user=self.values.get("from_user"),
            needs=self.values.get("needs", ()),
            matches=self.values.get("matches", ()),
            dry_run=dry_run,
            step=Step(actor=self.actor, at=self.at),
        )
        return {"dry_run": dry_run, "needs": needs, "matches": matches}


urlpatterns = [endpoint("assignments", get=AssignmentList, post=AssignmentCreate)]
