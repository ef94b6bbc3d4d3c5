"""The case at hand: a need with its locked surroundings and the step that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from talentbank.banks.models import Bank
from talentbank.core.audit import Step
from talentbank.core.lifecycle import Part
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization


@dataclass(slots=True)
class NeedCase:
    """What guards and effects read. `parts` are those that the hat of the step may play.

    `facts` and `texts` collect what the step's event will keep.
    """

    need: Need
    organization: Organization
    bank: Bank
    step: Step
    parts: frozenset[Part]
    facts: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)

    @property
    def decides_as_staff(self) -> bool:
        """Staff in their own right: neither the organization's people nor somebody acting for them."""
        return Part.COORDINATOR in self.parts
