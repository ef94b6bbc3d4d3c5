"""The case at hand: a match with its locked surroundings and the step that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from talentbank.banks.models import Bank
from talentbank.banks.policy import Policy
from talentbank.core.actors import Side
from talentbank.core.audit import Step
from talentbank.core.lifecycle import Part
from talentbank.matches.models import Match, Terms
from talentbank.matches.states import State
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional


@dataclass(slots=True)
class Case:
    """What guards and effects read. `side` is the side the actor speaks for, None for staff and the system."""

    match: Match
    need: Need
    organization: Organization
    professional: Professional
    bank: Bank
    step: Step
    part: Part = Part.SYSTEM
    facts: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return self.bank.policy

    @property
    def side(self) -> Side | None:
        if self.part is Part.PROFESSIONAL:
            return Side.PROFESSIONAL
        return Side.ORGANIZATION if self.part in {Part.ORGANIZATION, Part.OWNER} else None

    @property
    def state(self) -> State:
        return State(self.match.state)

    def answer(self, side: Side) -> str:
        return str(getattr(self.match, f"{side}_answer"))

    def terms(self) -> Terms | None:
        """The newest version of the terms."""
        return self.match.terms.order_by("-number").first()
