"""Days on which a bank's office is closed beside weekends and public holidays; no business days."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from api.banks import OfBank
from api.filters import DayFilter, StrictFilterSet
from api.routing import endpoint
from api.serializers import RowOutput, StrictCharField, StrictDateField, StrictSerializer
from api.views import CreateView, ListView, RemoveView
from talentbank.accounts.policies import require_bank_admin
from talentbank.banks.models import Bank, BankClosure
from talentbank.banks.selectors import bank_get, closure_get, closures
from talentbank.banks.services import closure_enter, closure_remove


class ClosureFilters(StrictFilterSet):
    since = DayFilter("day", lookup_expr="gte")
    until = DayFilter("day", lookup_expr="lte")


class ClosureInput(StrictSerializer):
    day = StrictDateField()
    reason = StrictCharField(max_length=100, required=False, allow_blank=True)


class ClosureOutput(RowOutput):
    day = StrictDateField()
    reason = StrictCharField(max_length=100, allow_blank=True)


class ClosureOperation(OfBank):
    output_serializer = ClosureOutput
    extra_statuses = frozenset({404})


class ClosureList(ClosureOperation, ListView):
    """Days on which the office is closed beside weekends and public holidays."""

    operation_id, summary = "banks_closures_list", "List closures"
    filterset_class = ClosureFilters
    orderings = ("day", "-day")

    def rows(self) -> QuerySet[BankClosure]:
        return closures(bank_get(self.kwargs["bank"]).pk)


class ClosureCreate(ClosureOperation, CreateView):
    """Close the office on a day; ladders and deadlines in business days then pass over it. For bank_admins."""

    operation_id, summary = "banks_closures_create", "Enter a closure"
    public = False
    required_scopes = ("bank:admin",)
    input_serializer = ClosureInput

    def find(self, **ids: Any) -> Bank:
        return bank_get(ids["bank"])

    def permit(self, row: Bank) -> None:
        require_bank_admin(self.actor, row.pk)

    def perform(self, parent: Bank) -> BankClosure:
        reason = self.values.get("reason", "")
        return closure_enter(bank=parent, day=self.values["day"], reason=reason, step=self.step())


class ClosureRemove(ClosureOperation, RemoveView):
    """Strike out a closure. For bank_admins."""

    operation_id, summary = "banks_closures_remove", "Strike out a closure"
    public = False
    required_scopes = ("bank:admin",)

    def find(self, **ids: Any) -> BankClosure:
        return closure_get(bank_get(ids["bank"]).pk, ids["id"])

    def permit(self, row: BankClosure) -> None:
        require_bank_admin(self.actor, row.bank_id)

    def perform(self, row: BankClosure, *, expected_version: int) -> None:
        closure_remove(closure=row, expected_version=expected_version, step=self.step())


urlpatterns = [
    endpoint("banks/<str:bank>/closures", get=ClosureList, post=ClosureCreate),
    endpoint("banks/<str:bank>/closures/<uuid:id>", delete=ClosureRemove),
]
