"""Who may do what to a registration, and as which part of its table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from talentbank.accounts.policies import single_hat
from talentbank.core.actors import COORDINATORS, HELPERS, SYSTEM, Actor, Hat, OnBehalf, Role
from talentbank.core.errors import Forbidden, invalid
from talentbank.core.lifecycle import Part
from talentbank.registrations.rooms import Room

ON_BEHALF = frozenset({Part.HOLDER, Part.ORGANIZATION, Part.OWNER})
"""Parts of whoever acts for the holder. Deciding on a registration is none of them."""


def staff_parts(hat: Hat, bank_id: UUID) -> frozenset[Part]:
    """The parts a staff hat plays for any registration of a bank."""
    if hat.role not in COORDINATORS or hat.bank_id != bank_id:
        return frozenset()
    return frozenset({Part.COORDINATOR, *({Part.BANK_ADMIN} if hat.role is Role.BANK_ADMIN else ())})


def parts_of(room: Room, actor: Actor, row: Any) -> frozenset[Part]:
    """All parts the actor's worn hats can play."""
    if actor is SYSTEM:
        return frozenset({Part.SYSTEM})
    return frozenset().union(*(room.hat_parts(hat, row) for hat in actor.worn))


def part_for(
    room: Room, actor: Actor, row: Any, wanted: Iterable[Part], on_behalf: OnBehalf | None
) -> tuple[frozenset[Part], Role]:
    """Choose the hat under which a call is made: the parts it plays, and its role.

    :raises Forbidden: no hat fits, or this is never done on behalf.
    :raises ActingAsRequired: several fit.
    :raises InvalidInput: on behalf of somebody who is no side of this registration.
    """
    asked = frozenset(wanted)
    if on_behalf:
        return ON_BEHALF, helper_role(room, actor, row.bank_id, on_behalf, asked)
    if actor is SYSTEM and Part.SYSTEM in asked:
        return frozenset({Part.SYSTEM}), Role.SYSTEM
    hat = single_hat(hat for hat in actor.worn if room.hat_parts(hat, row) & asked)
    return room.hat_parts(hat, row), hat.role


def require_named_side(actor: Actor, bank_id: UUID, on_behalf: OnBehalf | None) -> None:
    """:raises InvalidInput: staff who call as such (`Acting-As`) do not say whom they enter: it would be themselves."""
    if actor.acting_as and actor.roles_in(bank_id) and not on_behalf:
        raise invalid("/on_behalf_of", "required")


def helper_role(
    room: Room, actor: Actor, bank_id: UUID, on_behalf: OnBehalf, asked: frozenset[Part] = ON_BEHALF
) -> Role:
    """The role under which staff act for the holder.

    :raises Forbidden: the actor is no helper of the bank, or this is never done on behalf.
    :raises InvalidInput: the side named is not the one that holds such a registration.
    """
    if on_behalf.side is not room.side:
        raise invalid("/on_behalf_of", "not_the_holder")
    if not ON_BEHALF & asked:
        raise Forbidden()
    return single_hat(hat for hat in actor.worn if hat.bank_id == bank_id and hat.role in HELPERS).role
