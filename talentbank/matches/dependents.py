"""What the end of a registration or a need means for its matches."""

from __future__ import annotations

from uuid import UUID

from talentbank.core.audit import Step
from talentbank.matches.locks import lock_dependents, match_running, matches_open
from talentbank.matches.moves import match_cascade
from talentbank.matches.states import ClosedReason

NEED_CAUSES = {
    "cancelled": ClosedReason.NEED_CANCELLED,
    "expired": ClosedReason.NEED_EXPIRED,
    "on_hold": ClosedReason.NEED_ON_HOLD,
    "filled": ClosedReason.FILLED,
}


class MatchDependents:
    """Registered with `registrations.dependents` when the app is ready."""

    def prepare(self, kind: str, id: UUID) -> None:
        lock_dependents(kind, id)

    def running(self, kind: str, id: UUID) -> bool:
        return match_running(kind, id)

    def ended(self, kind: str, id: UUID, *, cause: str, step: Step) -> None:
        """Close what is open up to negotiating; from `contracted` on nothing closes by itself."""
        reason = NEED_CAUSES[cause] if kind == "need" else ClosedReason.PARTY_UNAVAILABLE
        for match_id in matches_open(kind, id):
            match_cascade(match_id, closed_reason=reason, cause=f"{kind}:{id}:{cause}", step=step)
