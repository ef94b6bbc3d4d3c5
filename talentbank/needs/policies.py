"""Who may do what to a need, and as which part of its table."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from talentbank.accounts.policies import single_hat
from talentbank.core.actors import COORDINATORS, HELPERS, ORGANIZATION_ROLES, SYSTEM, Actor, Hat, OnBehalf, Role, Side
from talentbank.core.errors import Forbidden, invalid
from talentbank.core.lifecycle import Part
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization

ON_BEHALF = frozenset({Part.ORGANIZATION, Part.OWNER})
"""Parts of whoever acts for the organization."""
WRITERS = frozenset({Part.ORGANIZATION})
"""Who writes a need. A coordinator edits too (`need_update`), but puts no words into an organization's mouth."""


def hat_parts(hat: Hat, organization_id: UUID, bank_id: UUID) -> frozenset[Part]:
    """The parts a hat can play for the needs of an organization."""
    if hat.role in COORDINATORS and hat.bank_id == bank_id:
        admin = {Part.BANK_ADMIN} if hat.role is Role.BANK_ADMIN else set()
        return frozenset({Part.COORDINATOR, *admin})
    if hat.role in ORGANIZATION_ROLES and hat.id == organization_id:
        return frozenset({Part.ORGANIZATION, *({Part.OWNER} if hat.role is Role.OWNER else ())})
    return frozenset()


def parts_of(actor: Actor, organization_id: UUID, bank_id: UUID) -> frozenset[Part]:
    """All parts the actor's worn hats can play."""
    if actor is SYSTEM:
        return frozenset({Part.SYSTEM})
    return frozenset().union(*(hat_parts(hat, organization_id, bank_id) for hat in actor.worn))


def acting_parts(actor: Actor, need: Need) -> frozenset[Part]:
    """The parts in the actor's own right; where a desk has none, those of the organization that it acts for."""
    parts = parts_of(actor, need.organization_id, need.bank_id)
    if not parts and actor.is_helper_of(need.bank_id):
        parts = ON_BEHALF
    return parts - {Part.SYSTEM}


def part_for(
    actor: Actor, organization: Organization, wanted: Iterable[Part], on_behalf: OnBehalf | None
) -> tuple[frozenset[Part], Role]:
    """Choose the hat under which a call is made: the parts it plays, and its role.

    :raises Forbidden: no hat fits, or this is never done on behalf.
    :raises ActingAsRequired: several fit.
    :raises InvalidInput: on behalf of somebody who is no side of a need.
    """
    asked, bank_id = frozenset(wanted), organization.bank_id
    if on_behalf:
        if on_behalf.side is not Side.ORGANIZATION:
            raise invalid("/on_behalf_of", "not_a_side")
        helpers = [hat for hat in actor.worn if hat.bank_id == bank_id and hat.role in HELPERS]
        if not helpers or not ON_BEHALF & asked:
            raise Forbidden()
        return ON_BEHALF, single_hat(helpers).role
    if actor is SYSTEM and Part.SYSTEM in asked:
        return frozenset({Part.SYSTEM}), Role.SYSTEM
    hat = single_hat(hat for hat in actor.worn if hat_parts(hat, organization.pk, bank_id) & asked)
    return hat_parts(hat, organization.pk, bank_id), hat.role
