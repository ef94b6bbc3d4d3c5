"""Who may do what to a professional's registration."""

from __future__ import annotations

from talentbank.core.actors import HELPERS, Actor, Hat, Role
from talentbank.core.lifecycle import Part
from talentbank.professionals.models import Professional
from talentbank.registrations.policies import staff_parts

WRITERS = frozenset({Part.HOLDER})
"""Who writes a registration. A coordinator writes in their own right only what is staff's (`fields.STAFF_ONLY`)."""


def hat_parts(hat: Hat, row: Professional) -> frozenset[Part]:
    """The parts a hat can play for a professional. An owner of the holding organization wears its hat."""
    if hat.role is Role.PROFESSIONAL and hat.id == row.pk:
        return frozenset({Part.HOLDER})
    return staff_parts(hat, row.bank_id)


def sees_staff_fields(actor: Actor, row: Professional) -> bool:
    """Tell whether the actor sees what is written for staff alone."""
    return bool(actor.roles_in(row.bank_id) & HELPERS)
