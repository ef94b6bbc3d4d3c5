"""Who may administer a bank, and which hats fit a call."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from talentbank.accounts.models import Invitation, StaffMembership
from talentbank.core.actors import COORDINATORS, HELPERS, Actor, Hat, Role
from talentbank.core.errors import ActingAsRequired, Forbidden


class ClientNotApproved(Forbidden):
    """The bank has not approved the client through which the call comes, or no longer."""

    code = "client_not_approved"


def require_reach(actor: Actor, bank_id: UUID) -> None:
    """Ask where an account without a role comes into a bank: to register itself.

    :raises ClientNotApproved: the call comes through a client that the bank does not let in today.
    """
    if not actor.reaches(bank_id):
        raise ClientNotApproved()


def require_role(actor: Actor, bank_id: UUID, roles: frozenset[Role]) -> Hat:
    """Return the worn staff hat that fits.

    :raises Forbidden: none does.
    """
    fitting = [hat for hat in actor.worn if hat.bank_id == bank_id and hat.role in roles]
    if not fitting:
        raise Forbidden(roles=sorted(roles))
    return fitting[0]


def require_bank_admin(actor: Actor, bank_id: UUID) -> Hat:
    return require_role(actor, bank_id, frozenset({Role.BANK_ADMIN}))


def has_ended(membership: StaffMembership) -> bool:
    return membership.ended_at is not None


def is_spent(invitation: Invitation) -> bool:
    """Tell whether an invitation was accepted or revoked."""
    return bool(invitation.accepted_at or invitation.revoked_at)


def membership_actions(actor: Actor, membership: StaffMembership) -> list[str]:
    """Actions open to the actor by state and role alone."""
    return ["end"] if _administers(actor, membership.bank_id) and not has_ended(membership) else []


def invitation_actions(actor: Actor, invitation: Invitation) -> list[str]:
    """Actions open to the actor by state and role alone."""
    return ["revoke"] if _administers(actor, invitation.bank_id) and not is_spent(invitation) else []


def _administers(actor: Actor, bank_id: UUID) -> bool:
    return Role.BANK_ADMIN in actor.roles_in(bank_id)


def require_coordinator(actor: Actor, bank_id: UUID) -> Hat:
    return require_role(actor, bank_id, COORDINATORS)


def require_helper(actor: Actor, bank_id: UUID) -> Hat:
    return require_role(actor, bank_id, HELPERS)


def single_hat(fitting: Iterable[Hat]) -> Hat:
    """Return the one hat under which a call is made.

    Several staff roles in one bank are one hat: the strongest counts. A staff hat beside a side's hat is a choice
    that only the caller can make.

    :raises Forbidden: no hat fits.
    :raises ActingAsRequired: a choice is needed.
    """
    strength = (Role.BANK_ADMIN, Role.COORDINATOR, Role.SUPPORT_DESK, Role.ANALYST)
    hats = list(dict.fromkeys(fitting))
    staff = sorted((hat for hat in hats if hat.role in strength), key=lambda hat: strength.index(hat.role))
    chosen = [*staff[:1], *(hat for hat in hats if hat.role not in strength)]
    if not chosen:
        raise Forbidden()
    if len(chosen) > 1:
        raise ActingAsRequired(hats=[str(hat) for hat in chosen])
    return chosen[0]
