"""The match table once more, written by hand from domain.md: what the checker holds the record against.

(action, from, role) → the states that may follow. It shares nothing with the code's table.
"""

from __future__ import annotations

P, ORG, STAFF, SYSTEM = "professional", "organization", "staff", "system"
PARTY = {"professional": P, "owner": ORG, "member": ORG, "coordinator": STAFF, "bank_admin": STAFF, "system": SYSTEM}
EARLY = (
    *("awaiting_professional", "awaiting_organization", "awaiting_approval"),
    *("postponed", "introduced", "negotiating"),
)
INTRODUCING = ("introduced", "negotiating")
RUNNING = ("contracted", "active", "suspended", "delivered")
TAKING = (*RUNNING, "completed")
OPEN = ("prospect", *EARLY, *RUNNING)

ROWS: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("propose", "prospect"): ((STAFF,), ("awaiting_professional", "awaiting_organization")),
    ("accept", "awaiting_professional"): ((P,), ("awaiting_organization", "awaiting_approval")),
    ("accept", "awaiting_organization"): ((ORG,), ("awaiting_professional", "awaiting_approval")),
    ("decline", "awaiting_professional"): ((P,), ("closed",)),
    ("decline", "awaiting_organization"): ((ORG,), ("closed",)),
    ("postpone", "awaiting_professional"): ((P,), ("postponed",)),
    ("postpone", "awaiting_organization"): ((ORG,), ("postponed",)),
    ("resume", "postponed"): ((P, ORG, SYSTEM), ("awaiting_professional", "awaiting_organization")),
    ("approve", "awaiting_approval"): ((STAFF,), ("introduced",)),
    ("reject", "awaiting_approval"): ((STAFF,), ("closed",)),
    ("negotiate", "introduced"): ((P, ORG, STAFF), ("negotiating",)),
    **{("confirm", state): ((P, ORG), (state, "contracted")) for state in INTRODUCING},
    ("start", "contracted"): ((P, ORG, STAFF), ("active",)),
    ("suspend", "active"): ((STAFF,), ("suspended",)),
    ("continue", "suspended"): ((STAFF,), ("active",)),
    ("deliver", "active"): ((P,), ("delivered",)),
    ("return", "delivered"): ((ORG, STAFF), ("active",)),
    **{("complete", state): ((ORG, STAFF), ("completed",)) for state in ("delivered", "active")},
    ("complete", "suspended"): ((STAFF,), ("completed",)),
    **{("terminate", state): ((P, ORG, STAFF), ("closed",)) for state in RUNNING},
    **{("withdraw", state): ((P, ORG), ("closed",)) for state in EARLY},
    **{("cancel", state): ((STAFF,), ("closed",)) for state in ("prospect", *EARLY)},
    **{("cascade", state): ((SYSTEM,), ("closed",)) for state in ("prospect", *EARLY)},
    **{
        ("expire", state): ((SYSTEM,), ("closed",))
        for state in ("awaiting_professional", "awaiting_organization", "postponed", "prospect")
    },
}


def allowed(action: str, from_state: str, role: str, on_behalf_of: str, to_state: str) -> bool:
    """Tell whether the table lets this role take this step. Staff on behalf of a side play that side."""
    row = ROWS.get((action, from_state))
    party = on_behalf_of or PARTY.get(role, role)
    return row is not None and party in row[0] and to_state in row[1]
