"""Who may ask for candidates, and as whom: staff read people and numbers, a side reads cards and words."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from talentbank.accounts.policies import single_hat
from talentbank.core.actors import COORDINATORS, ORGANIZATION_ROLES, Actor, Hat, Role
from talentbank.core.errors import NotFound
from talentbank.needs.models import Need
from talentbank.needs.selectors import need_reader, needs_visible
from talentbank.professionals.models import Professional
from talentbank.professionals.selectors import professionals_visible


class Audience(StrEnum):
    STAFF = "staff"
    SIDE = "side"


def need_for_candidates(actor: Actor, need_id: UUID) -> tuple[Need, Audience]:
    """The need, and how its candidates are shown: a coordinator's way, or that of its own people and their desk.

    :raises NotFound: absent or out of sight.
    :raises Forbidden: seen, but neither as a coordinator nor as its own side.
    :raises ActingAsRequired: a coordinator who belongs to the organization must say as whom.
    """
    reader = need_reader(actor)
    # Its words are read only where a pair is explained anew.
    need = needs_visible(actor, reader).prefetch_related(None).filter(pk=need_id).first()
    if need is None:
        raise NotFound()

    def is_side(hat: Hat) -> bool:
        if hat.role in ORGANIZATION_ROLES:
            return hat.id == need.organization_id
        return hat.role is Role.SUPPORT_DESK and hat.bank_id == need.bank_id and reader.helps(need)

    return need, _audience(actor, need.bank_id, is_side)


def professional_for_candidates(actor: Actor, professional_id: UUID) -> tuple[Professional, Audience]:
    """The professional, and how the needs that fit are shown: to a coordinator, or to the holder and their desk.

    :raises NotFound: absent or out of sight.
    :raises Forbidden: seen, but neither as a coordinator nor as its holder.
    :raises ActingAsRequired: a coordinator who is the holder must say as whom.
    """
    professional = professionals_visible(actor).filter(pk=professional_id).first()
    if professional is None:
        raise NotFound()

    def is_side(hat: Hat) -> bool:
        if hat.role in ORGANIZATION_ROLES:
            return hat.id == professional.organization_id
        is_desk = hat.role is Role.SUPPORT_DESK and hat.bank_id == professional.bank_id
        return is_desk or (hat.role is Role.PROFESSIONAL and hat.id == professional.pk)

    return professional, _audience(actor, professional.bank_id, is_side)


def _audience(actor: Actor, bank_id: UUID, is_side: Callable[[Hat], bool]) -> Audience:
    staff = [hat for hat in actor.worn if hat.role in COORDINATORS and hat.bank_id == bank_id]
    # Whoever is of the side under several hats reads the same under each; a person's own come before the desk's.
    sides = sorted(filter(is_side, actor.worn), key=lambda hat: hat.role is Role.SUPPORT_DESK)[:1]
    hat = single_hat([*staff, *sides])
    return Audience.STAFF if hat.role in COORDINATORS else Audience.SIDE
