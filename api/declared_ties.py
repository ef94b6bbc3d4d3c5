"""Ties that staff declare: whom they are close to, for the scan for conflicts of interest."""

from __future__ import annotations

from typing import Any

from api.routing import endpoint
from api.serializers import (
    RowOutput,
    StrictCharField,
    StrictChoiceField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from api.views import DetailView, Operation, UpdateView, WholeListView
from talentbank.accounts.models import StaffMembership, StaffRole
from talentbank.accounts.selectors import membership_with_ties, memberships_own
from talentbank.accounts.services import ties_declare
from talentbank.core.errors import Forbidden

TIES = {"min_length": 0, "max_length": 50, "unique": True}


class DeclaredTiesInput(StrictSerializer):
    """All ties as they are now; an empty list says that there are none."""

    declared_ties = StrictListField(
        child=StrictCharField(max_length=200),
        **TIES,
        help_text="Names of people or organizations, or corporate numbers.",
    )


class DeclaredTiesOutput(RowOutput):
    """A membership with the ties that its holder declared. The etag is that of the membership."""

    bank = StrictUUIDField(source="bank_id")
    role = StrictChoiceField(StaffRole)
    declared_ties = StrictListField(child=StrictCharField(max_length=200), **TIES)


class DeclaredTiesOperation(Operation):
    tag = "memberships"
    output_serializer = DeclaredTiesOutput

    def find(self, **ids: Any) -> StaffMembership:
        return membership_with_ties(self.actor, ids["id"])


class MeDeclaredTies(DeclaredTiesOperation, WholeListView):
    """My running staff memberships, each with the ties that I declared."""

    operation_id, summary, tag = "me_declared_ties", "List the ties that I declared", "me"
    required_scopes = ("me:read",)

    def items(self) -> Any:
        return memberships_own(self.actor)


class DeclaredTiesRead(DeclaredTiesOperation, DetailView):
    """What the holder of a membership declared. For the holder and the bank's admins."""

    operation_id, summary = "memberships_declared_ties_read", "Read declared ties"
    required_scopes = ("me:read",)


class DeclaredTiesUpdate(DeclaredTiesOperation, UpdateView):
    """Declare ties, all at once. Everybody does so for themselves alone."""

    operation_id, summary = "memberships_declared_ties_update", "Declare ties"
    required_scopes = ("me:write",)
    input_serializer = DeclaredTiesInput

    def permit(self, row: StaffMembership) -> None:
        if row.user_id != self.actor.user_id:
            raise Forbidden()

    def perform(self, row: StaffMembership, *, expected_version: int) -> StaffMembership:
        return ties_declare(
            actor=self.actor,
            membership=row,
            expected_version=expected_version,
            ties=self.values.get("declared_ties", row.declared_ties),
            at=self.at,
        )


urlpatterns = [
    endpoint("me/declared-ties", get=MeDeclaredTies),
    endpoint("memberships/<uuid:id>/declared-ties", get=DeclaredTiesRead, patch=DeclaredTiesUpdate),
]
