"""Who may read the figures that are not published."""

from __future__ import annotations

from uuid import UUID

from talentbank.accounts.policies import require_role
from talentbank.core.actors import COORDINATORS, Actor, Role

READERS = COORDINATORS | {Role.ANALYST}
"""A support desk enters and answers for people; how the bank does is not its work."""


def require_reader(actor: Actor, bank_id: UUID) -> None:
    """:raises Forbidden: the actor is neither analyst nor coordinator of the bank."""
    require_role(actor, bank_id, READERS)
