"""Writing an organization's members: its owners manage them, staff may on their behalf."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from talentbank.accounts.hats import hats_of
from talentbank.accounts.models import StaffMembership, User
from talentbank.core.actors import Actor, OnBehalf
from talentbank.core.audit import Step, event_record
from talentbank.core.errors import Conflict, NotFound, StaleVersion, invalid
from talentbank.core.lifecycle import Part
from talentbank.core.models import lock
from talentbank.organizations.models import MemberRole, Organization, OrganizationMember
from talentbank.organizations.room import ROOM
from talentbank.privacy.proxies import proxy_heard
from talentbank.registrations.moves import helper_keep
from talentbank.registrations.policies import part_for
from talentbank.registrations.services import require_visible

OWNER, LEAVER = frozenset({Part.OWNER}), frozenset({Part.OWNER, Part.ORGANIZATION})


class MemberExists(Conflict):
    """The account is a member already."""

    code = "member_exists"


class NotYetApproved(Conflict):
    """Staff have not approved the organization, which by itself takes no other members."""

    code = "organization_not_approved"


class LastOwner(Conflict):
    """An organization keeps at least one owner."""

    code = "last_owner"


@transaction.atomic
def member_add(
    *, actor: Actor, organization_id: UUID, email: str, role: str, on_behalf: OnBehalf | None, at: datetime
) -> OrganizationMember:
    """This function will make the account with this e-mail address a member of the organization.

    An owner does so once staff have looked at the organization: else anybody could learn whose an address is. Staff of
    the bank become members by staff alone: whoever is a member decides nothing there as staff, and an owner could keep
    the whole office from deciding. To an owner they are as unknown as nobody, and so is who is at home in other banks.

    :raises Forbidden: the actor is no owner.
    :raises InvalidInput: there is no such account, or no such role.
    :raises NotYetApproved: staff have not approved the organization.
    :raises MemberExists: it is one already.
    """
    organization, step = _locked(actor, organization_id, on_behalf, at)
    _require_role(role)
    if on_behalf is None and organization.approved_at is None:
        raise NotYetApproved()
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None or (on_behalf is None and not _is_known(user, organization, at)):
        raise invalid("/email", "unknown_account")
    if OrganizationMember.objects.filter(organization=organization, user=user, ended_at__isnull=True).exists():
        raise MemberExists()
    member = OrganizationMember.create(at=at, organization=organization, user=user, role=role)
    _member_event(member, step, "member-add")
    return member


@transaction.atomic
def member_role_change(
    *,
    actor: Actor,
    organization_id: UUID,
    member_id: UUID,
    expected_version: int | None,
    role: str,
    on_behalf: OnBehalf | None,
    at: datetime,
) -> OrganizationMember:
    """This function will make a member an owner, or an owner a member.

    :raises LastOwner: nobody would be left to confirm terms.
    """
    organization, step = _locked(actor, organization_id, on_behalf, at)
    member = _member_locked(organization, member_id, expected_version)
    _require_role(role)
    if member.role == role:
        return member
    _require_other_owner(member)
    member.role = role
    member.save_step(at=at)
    _member_event(member, step, "member-change")
    return member


@transaction.atomic
def member_remove(
    *,
    actor: Actor,
    organization_id: UUID,
    member_id: UUID,
    expected_version: int | None,
    on_behalf: OnBehalf | None,
    at: datetime,
) -> OrganizationMember:
    """This function will end a membership at once; whoever holds it may leave.

    :raises LastOwner: nobody would be left to confirm terms.
    """
    whose = OrganizationMember.objects.filter(pk=member_id).values_list("user_id", flat=True).first()
    leaves = actor.user_id is not None and whose == actor.user_id
    organization, step = _locked(actor, organization_id, on_behalf, at, LEAVER if leaves else OWNER)
    member = _member_locked(organization, member_id, expected_version)
    _require_other_owner(member)
    member.ended_at = at
    member.save_step(at=at)
    _member_event(member, step, "member-remove")
    return member


def _locked(
    actor: Actor, organization_id: UUID, on_behalf: OnBehalf | None, at: datetime, parts: frozenset[Part] = OWNER
) -> tuple[Organization, Step]:
    require_visible(ROOM, actor, organization_id, on_behalf)
    organization = lock(Organization, organization_id)
    _, role = part_for(ROOM, actor, organization, parts, on_behalf)
    step = Step(actor=actor, at=at, role=role, on_behalf=on_behalf)
    proxy_heard(about=ROOM.kind, whose=ROOM.subject(organization), step=step)
    return organization, step


def _member_locked(organization: Organization, member_id: UUID, expected_version: int | None) -> OrganizationMember:
    rows = OrganizationMember.objects.select_for_update(of=("self",)).filter(pk=member_id, ended_at__isnull=True)
    member = rows.filter(organization=organization).first()
    if member is None:
        raise NotFound()
    if expected_version is not None and member.version != expected_version:
        raise StaleVersion(version=member.version)
    member.organization = organization
    return member


def _is_known(user: User, organization: Organization, at: datetime) -> bool:
    """Whether an owner may know of the account: it is at home in the bank, or nowhere yet, and no staff there."""
    staff = StaffMembership.objects.filter(user=user, ended_at__isnull=True)
    banks = {hat.bank_id for hat in hats_of(user.pk, at)} | set(staff.values_list("bank_id", flat=True))
    is_staff = staff.filter(bank_id=organization.bank_id).exists()
    return not is_staff and (not banks or organization.bank_id in banks)


def _require_role(role: str) -> None:
    if role not in MemberRole.values:
        raise invalid("/role", "invalid_choice")


def _require_other_owner(member: OrganizationMember) -> None:
    if member.role != MemberRole.OWNER:
        return
    owners = OrganizationMember.objects.filter(
        organization_id=member.organization_id, role=MemberRole.OWNER, ended_at__isnull=True
    )
    if not owners.exclude(pk=member.pk).exists():
        raise LastOwner()


def _member_event(member: OrganizationMember, step: Step, action: str) -> None:
    """Record a change of members with the organization, for a member has no chain of its own."""
    organization = member.organization
    helper_keep(ROOM, organization, step)
    event_record(
        ROOM.subject(organization),
        step,
        action=action,
        from_state=organization.registration_state,
        to_state=organization.registration_state,
        facts={"member_id": member.pk, "user_id": member.user_id, "role": member.role},
    )
