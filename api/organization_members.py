"""The resource `organizations/{id}/members`: who acts for an organization, kept by its owners."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from api.routing import endpoint
from api.serializers import (
    OnBehalfInput,
    RowOutput,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictEmailField,
    StrictUUIDField,
    on_behalf_of,
)
from api.views import CreateView, ListView, Operation, RemoveView, UpdateView
from talentbank.core.lifecycle import Part
from talentbank.organizations.members import member_add, member_remove, member_role_change
from talentbank.organizations.models import MemberRole, Organization, OrganizationMember
from talentbank.organizations.room import ROOM
from talentbank.organizations.selectors import member_get, members_visible, organization_get
from talentbank.registrations.policies import part_for
from talentbank.registrations.selectors import registration_get

OWNER = frozenset({Part.OWNER})


class OrganizationMemberRoleInput(OnBehalfInput):
    role = StrictChoiceField(MemberRole)


class OrganizationMemberInput(OrganizationMemberRoleInput):
    email = StrictEmailField(help_text="Of the account.")


class OrganizationMemberDetail(RowOutput):
    organization = StrictUUIDField(source="organization_id")
    role = StrictChoiceField(MemberRole)
    name = StrictCharField(max_length=100, allow_blank=True, source="user.name")
    email = StrictCharField(max_length=254, source="user.email")
    created_at = StrictDateTimeField()


class MemberOperation(Operation):
    tag = "organizations"
    required_scopes = ("organizations:write",)
    output_serializer = OrganizationMemberDetail
    values: dict[str, Any]

    def organization(self) -> Organization:
        """:raises NotFound: absent, or out of the caller's scope."""
        helping = bool(getattr(self, "values", {}).get("on_behalf_of"))
        row: Organization = registration_get(ROOM, self.actor, self.kwargs["id"], for_helper=helping)
        return row

    def require_owner(self, row: Organization) -> None:
        part_for(ROOM, self.actor, row, OWNER, on_behalf_of(getattr(self, "values", {})))


class MemberList(MemberOperation, ListView):
    """Owners and members of an organization."""

    operation_id, summary = "organizations_members_list", "List members"
    required_scopes = ("organizations:read",)

    def rows(self) -> QuerySet[OrganizationMember]:
        return members_visible(self.actor, organization_get(self.actor, self.kwargs["id"]))


class MemberCreate(MemberOperation, CreateView):
    """Make an account a member. For owners of an approved organization, and for staff on their behalf."""

    operation_id, summary = "organizations_members_create", "Add a member"
    input_serializer = OrganizationMemberInput

    def find(self, **ids: Any) -> Organization:
        return self.organization()

    def permit(self, row: Organization) -> None:
        self.require_owner(row)

    def perform(self, parent: Organization) -> OrganizationMember:
        return member_add(
            actor=self.actor,
            organization_id=parent.pk,
            email=self.values["email"],
            role=str(self.values["role"]),
            on_behalf=on_behalf_of(self.values),
            at=self.at,
        )


class MemberWrite(MemberOperation):
    def find(self, **ids: Any) -> OrganizationMember:
        return member_get(self.actor, self.organization(), ids["member_id"])

    def permit(self, row: OrganizationMember) -> None:
        self.require_owner(row.organization)


class MemberUpdate(MemberWrite, UpdateView):
    """Make a member an owner, or an owner a member; the last owner stays."""

    operation_id, summary = "organizations_members_update", "Change a member's role"
    input_serializer = OrganizationMemberRoleInput

    def perform(self, row: OrganizationMember, *, expected_version: int) -> OrganizationMember:
        return member_role_change(
            actor=self.actor,
            organization_id=row.organization_id,
            member_id=row.pk,
            expected_version=expected_version,
            role=str(self.values.get("role", row.role)),
            on_behalf=on_behalf_of(self.values),
            at=self.at,
        )


class MemberRemove(MemberWrite, RemoveView):
    """End a membership at once; the last owner stays. For owners, and for whoever leaves."""

    operation_id, summary = "organizations_members_remove", "Remove a member"

    def permit(self, row: OrganizationMember) -> None:
        if row.user_id != self.actor.user_id:
            super().permit(row)

    def perform(self, row: OrganizationMember, *, expected_version: int) -> None:
        member_remove(
            actor=self.actor,
            organization_id=row.organization_id,
            member_id=row.pk,
            expected_version=expected_version,
            on_behalf=None,
            at=self.at,
        )


urlpatterns = [
    endpoint("organizations/<uuid:id>/members", get=MemberList, post=MemberCreate),
    endpoint("organizations/<uuid:id>/members/<uuid:member_id>", patch=MemberUpdate, delete=MemberRemove),
]
