"""Reading accounts: who is calling, and who works for a bank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from talentbank.accounts.admissions import client_banks
from talentbank.accounts.hats import hats_of
from talentbank.accounts.models import ClientApproval, Invitation, StaffMembership, StaffRole, User
from talentbank.core.actors import STAFF, Actor, Hat, Role
from talentbank.core.clock import day_of
from talentbank.core.errors import NotFound, invalid


def actor_for(
    user: User | None,
    *,
    at: datetime,
    acting_as: str = "",
    client_id: str = "",
    scopes: frozenset[str] | None = None,
    request_id: str = "",
    banks: frozenset[UUID] | None = None,
    staff: bool = True,
) -> Actor:
    """Make the actor of a call from its account and the `Acting-As` header (`<role>:<id>`).

    `scopes` None means a session, where roles alone count. `banks` are those that approved the client: a hat of another
    bank is not worn through it. `staff` False leaves staff roles at home.

    :raises InvalidInput: the header is malformed or names a hat the account does not wear.
    """
    if user is None:
        return Actor(client_id=client_id, scopes=scopes, request_id=request_id, banks=banks)
    worn = hats_of(user.pk, at)
    hats = tuple(hat for hat in worn if (banks is None or hat.bank_id in banks) and (staff or hat.role not in STAFF))
    return Actor(
        user_id=user.pk,
        email=user.email,
        hats=hats,
        acting_as=_chosen_hat(acting_as, hats) if acting_as else None,
        client_id=client_id,
        scopes=scopes,
        request_id=request_id,
        banks=banks,
    )


def _chosen_hat(header: str, hats: tuple[Hat, ...]) -> Hat:
    name, _, id = header.partition(":")
    try:
        role, key = Role(name), UUID(id)
    except ValueError:
        raise invalid("/header/Acting-As", "malformed_hat") from None
    chosen = next((hat for hat in hats if hat.role == role and hat.id == key), None)
    if chosen is None:
        raise invalid("/header/Acting-As", "hat_not_worn")
    return chosen


def memberships_visible(actor: Actor) -> QuerySet[StaffMembership]:
    """Memberships of the banks the actor administers."""
    banks = actor.banks_as(frozenset({Role.BANK_ADMIN}))
    return StaffMembership.objects.filter(bank_id__in=banks).select_related("user", "bank").order_by("id")


def invitations_visible(actor: Actor) -> QuerySet[Invitation]:
    banks = actor.banks_as(frozenset({Role.BANK_ADMIN}))
    return Invitation.objects.filter(bank_id__in=banks).select_related("bank").order_by("id")


def memberships_own(actor: Actor) -> QuerySet[StaffMembership]:
    """The actor's own roles that have not ended, in the banks that the call reaches."""
    rows = StaffMembership.objects.filter(ended_at__isnull=True).select_related("user", "bank").order_by("id")
    rows = rows if actor.banks is None else rows.filter(bank_id__in=actor.banks)
    return rows.filter(user_id=actor.user_id) if actor.user_id else rows.none()


def membership_with_ties(actor: Actor, membership_id: UUID) -> StaffMembership:
    """A membership whose declared ties the actor may read: its own, or one of a bank it administers.

    :raises NotFound: absent or out of sight.
    """
    for rows in (memberships_own(actor), memberships_visible(actor)):
        if found := rows.filter(pk=membership_id).first():
            return found
    raise NotFound()


def memberships_holding(user_id: UUID, day: date) -> QuerySet[StaffMembership]:
    """Roles of an account that hold on a day, in order of their banks; whether its second factor is there or not."""
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    rows = StaffMembership.objects.filter(lasting, user_id=user_id, valid_from__lte=day, ended_at__isnull=True)
    return rows.order_by("bank_id", "id")


def colleagues(banks: Iterable[UUID], day: date) -> QuerySet[StaffMembership]:
    """Who looks after needs and matches of these banks on a day: their coordinators and bank_admins."""
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    rows = StaffMembership.objects.filter(
        lasting,
        bank_id__in=list(banks),
        role__in=[StaffRole.COORDINATOR, StaffRole.BANK_ADMIN],
        valid_from__lte=day,
        ended_at__isnull=True,
        user__is_active=True,
    )
    return rows.select_related("user").order_by("bank_id", "user_id", "id")


def client_runs(client_id: str, bank_id: UUID, at: datetime) -> bool:
    """Tell whether a bank lets a client in at `at`."""
    return bank_id in client_banks(client_id, day_of(at))


def client_operators(client_id: str, banks: Iterable[UUID]) -> list[str]:
    """Who answers for a client, as these banks keep it."""
    return _told_of_client("operator", client_id, banks)


def client_purposes(client_id: str, banks: Iterable[UUID]) -> list[str]:
    """What a client is for, as these banks keep it."""
    return _told_of_client("purpose", client_id, banks)


def _told_of_client(fact: str, client_id: str, banks: Iterable[UUID]) -> list[str]:
    rows = ClientApproval.objects.filter(client_id=client_id, bank_id__in=list(banks))
    return list(rows.order_by(fact).values_list(fact, flat=True).distinct())


def admins_of(bank_id: UUID, at: datetime) -> list[User]:
    """Accounts that administer a bank on the day of `at`."""
    return [row.user for row in colleagues([bank_id], day_of(at)) if row.role == StaffRole.BANK_ADMIN]
