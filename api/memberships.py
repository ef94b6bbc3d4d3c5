"""Staff of a bank: memberships and invitations, kept by its bank_admins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from rest_framework import serializers

from api.filters import ChoicesFilter, StrictFilterSet
from api.routing import endpoint
from api.serializers import (
    RowOutput,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictEmailField,
    StrictSerializer,
    StrictUUIDField,
)
from api.staff_filters import BanksFilter
from api.views import ActionView, CreateView, DetailView, ListView, Operation, UpdateView
from talentbank.accounts.models import Invitation, StaffMembership, StaffRole
from talentbank.accounts.policies import invitation_actions, membership_actions, require_bank_admin
from talentbank.accounts.selectors import invitations_visible, memberships_visible
from talentbank.accounts.services import invitation_create, invitation_revoke, membership_end, membership_update
from talentbank.banks.selectors import bank_get
from talentbank.core.errors import NotFound


class MembershipFilters(StrictFilterSet):
    bank = BanksFilter()
    role = ChoicesFilter(StaffRole, "role")


class MembershipInput(StrictSerializer):
    valid_until = StrictDateField(allow_null=True)


class MembershipDetail(RowOutput):
    bank = StrictUUIDField(source="bank_id")
    email = StrictCharField(max_length=254, source="user.email")
    name = StrictCharField(max_length=100, allow_blank=True, source="user.name")
    role = StrictChoiceField(StaffRole)
    valid_from = StrictDateField()
    valid_until = StrictDateField(allow_null=True)
    ended_at = StrictDateTimeField(allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    def get_allowed_actions(self, row: StaffMembership) -> list[str]:
        return membership_actions(self.context["actor"], row)


class InvitationInput(StrictSerializer):
    bank = StrictUUIDField()
    email = StrictEmailField()
    role = StrictChoiceField(StaffRole)
    valid_until = StrictDateField(required=False, allow_null=True, help_text="Until when the role shall hold.")


class InvitationDetail(RowOutput):
    bank = StrictUUIDField(source="bank_id")
    email = StrictCharField(max_length=254)
    role = StrictChoiceField(StaffRole)
    valid_until = StrictDateField(allow_null=True, source="membership_valid_until")
    expires_at = StrictDateTimeField()
    accepted_at = StrictDateTimeField(allow_null=True)
    revoked_at = StrictDateTimeField(allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    def get_allowed_actions(self, row: Invitation) -> list[str]:
        return invitation_actions(self.context["actor"], row)


class MembershipOperation(Operation):
    tag = "memberships"
    required_scopes = ("bank:admin",)
    output_serializer = MembershipDetail

    def membership(self, id: UUID) -> StaffMembership:
        found = memberships_visible(self.actor).filter(pk=id).first()
        if found is None:
            raise NotFound()
        return found


class MembershipList(MembershipOperation, ListView):
    """Staff of the banks that the caller administers."""

    operation_id, summary = "memberships_list", "List staff memberships"
    filterset_class = MembershipFilters

    def rows(self) -> QuerySet[StaffMembership]:
        return memberships_visible(self.actor)


class MembershipRead(MembershipOperation, DetailView):
    """One membership."""

    operation_id, summary = "memberships_read", "Read a staff membership"

    def find(self, **ids: Any) -> StaffMembership:
        return self.membership(ids["id"])


class MembershipUpdate(MembershipOperation, UpdateView):
    """Change the day until which a role holds."""

    operation_id, summary = "memberships_update", "Change a staff membership"
    input_serializer = MembershipInput

    def find(self, **ids: Any) -> StaffMembership:
        return self.membership(ids["id"])

    def perform(self, row: StaffMembership, *, expected_version: int) -> StaffMembership:
        return membership_update(
            actor=self.actor,
            membership=row,
            expected_version=expected_version,
            valid_until=self.values.get("valid_until", row.valid_until),
            at=self.at,
        )


class MembershipEnd(MembershipOperation, ActionView):
    """End a role at once. A bank keeps at least one bank_admin."""

    operation_id, summary = "memberships_end", "End a staff membership"
    input_serializer = StrictSerializer

    def find(self, **ids: Any) -> StaffMembership:
        return self.membership(ids["id"])

    def perform(self, row: StaffMembership, *, step: Any, expected_version: int) -> StaffMembership:
        return membership_end(actor=self.actor, membership=row, expected_version=expected_version, at=self.at)


class InvitationOperation(Operation):
    tag = "memberships"
    required_scopes = ("bank:admin",)
    output_serializer = InvitationDetail


class InvitationList(InvitationOperation, ListView):
    """Invitations of the banks that the caller administers."""

    operation_id, summary = "invitations_list", "List invitations"
    filterset_class = MembershipFilters

    def rows(self) -> QuerySet[Invitation]:
        return invitations_visible(self.actor)


class InvitationCreate(InvitationOperation, CreateView):
    """Invite somebody to a staff role; a mail with a single-use link goes out."""

    operation_id, summary = "invitations_create", "Invite somebody to a staff role"
    extra_statuses = frozenset({404})
    input_serializer = InvitationInput

    def permit(self, row: None) -> None:
        require_bank_admin(self.actor, bank_get(self.values["bank"]).pk)

    def perform(self, parent: None) -> Invitation:
        return invitation_create(
            actor=self.actor,
            bank=bank_get(self.values["bank"]),
            email=self.values["email"],
            role=self.values["role"],
            valid_until=self.values.get("valid_until"),
            base_url=settings.BASE_URL,
            at=self.at,
        )


class InvitationRead(InvitationOperation, DetailView):
    """One invitation. The token itself is only in the mail."""

    operation_id, summary = "invitations_read", "Read an invitation"

    def find(self, **ids: Any) -> Invitation:
        return _invitation(self, ids["id"])


class InvitationRevoke(InvitationOperation, ActionView):
    """Make an invitation's link worthless."""

    operation_id, summary = "invitations_revoke", "Revoke an invitation"
    input_serializer = StrictSerializer

    def find(self, **ids: Any) -> Invitation:
        return _invitation(self, ids["id"])

    def perform(self, row: Invitation, *, step: Any, expected_version: int) -> Invitation:
        return invitation_revoke(actor=self.actor, invitation=row, expected_version=expected_version, at=self.at)


def _invitation(view: Operation, id: UUID) -> Invitation:
    found = invitations_visible(view.actor).filter(pk=id).first()
    if found is None:
        raise NotFound()
    return found


urlpatterns = [
    endpoint("memberships", get=MembershipList),
    endpoint("memberships/<uuid:id>", get=MembershipRead, patch=MembershipUpdate),
    endpoint("memberships/<uuid:id>/end", post=MembershipEnd),
    endpoint("invitations", get=InvitationList, post=InvitationCreate),
    endpoint("invitations/<uuid:id>", get=InvitationRead),
    endpoint("invitations/<uuid:id>/revoke", post=InvitationRevoke),
]
