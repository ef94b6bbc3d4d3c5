"""Reading organizations and their members."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from talentbank.core.actors import ORGANIZATION_ROLES, Actor, Hat, Role
from talentbank.core.errors import NotFound
from talentbank.core.prepared import Prepared
from talentbank.core.search import rows_with
from talentbank.organizations.models import MemberRole, Organization, OrganizationMember
from talentbank.registrations.selectors import staff_scope


def organizations_visible(actor: Actor) -> QuerySet[Organization]:
    """Organizations in the actor's sight: staff's scope, and those of which the actor is owner or member."""
    where = staff_scope(actor, "organization") | Q(pk__in=actor.ids_as(*ORGANIZATION_ROLES))
    return Organization.objects.filter(where).select_related("bank")


def organizations_search(rows: QuerySet[Organization], actor: Actor, text: str) -> QuerySet[Organization]:
    """Staff's search over name, kana, phone and reference. Rows that the actor sees as a side are not searched."""
    found = rows_with(text, words=("name", "kana", "reference"), numbers=("contact_phone", "corporate_number"))
    return rows.filter(found & staff_scope(actor, "organization"))


def organization_get(actor: Actor, id: UUID) -> Organization:
    """:raises NotFound: absent or out of sight."""
    row = organizations_visible(actor).filter(pk=id).first()
    if row is None:
        raise NotFound()
    return row


def organization_seen(actor: Actor, id: UUID, state: str) -> bool:
    """Tell whether the actor may read a registration; whoever sees one sees its whole record."""
    return organizations_visible(actor).filter(pk=id).exists()


def members_visible(actor: Actor, organization: Organization) -> QuerySet[OrganizationMember]:
    """Running members of an organization that the actor sees."""
    rows = OrganizationMember.objects.filter(organization=organization, ended_at__isnull=True)
    return rows.select_related("user", "organization").order_by("id")


def member_get(actor: Actor, organization: Organization, member_id: UUID) -> OrganizationMember:
    """:raises NotFound: absent, ended, or of another organization."""
    row = members_visible(actor, organization).filter(pk=member_id).first()
    if row is None:
        raise NotFound()
    return row


def organization_hats(user_id: UUID) -> Iterable[Hat]:
    """Hats of owners and members, registered with `accounts.hats`."""
    for role, id, bank_id in _memberships(user_id=user_id):
        yield Hat(Role.OWNER if role == MemberRole.OWNER else Role.MEMBER, id, bank_id)


def _membership_query(user_id: UUID) -> QuerySet[OrganizationMember, Any]:
    rows = OrganizationMember.objects.filter(user_id=user_id, ended_at__isnull=True).order_by("organization_id")
    return rows.values_list("role", "organization_id", "organization__bank_id")


_memberships = Prepared(_membership_query, user_id=UUID)
