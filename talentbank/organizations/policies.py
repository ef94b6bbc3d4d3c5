"""Who may do what to an organization."""

from __future__ import annotations

from talentbank.core.actors import Hat, Role
from talentbank.core.lifecycle import Part
from talentbank.organizations.models import Organization
from talentbank.registrations.policies import staff_parts

WRITERS = frozenset({Part.HOLDER, Part.ORGANIZATION})
"""Owners and members write; an owner alone moves the registration and manages members."""


def hat_parts(hat: Hat, row: Organization) -> frozenset[Part]:
    """The parts a hat can play for an organization: its owner is its holder."""
    if hat.id == row.pk and hat.role is Role.OWNER:
        return frozenset({Part.HOLDER, Part.OWNER, Part.ORGANIZATION})
    if hat.id == row.pk and hat.role is Role.MEMBER:
        return frozenset({Part.ORGANIZATION})
    return staff_parts(hat, row.bank_id)
