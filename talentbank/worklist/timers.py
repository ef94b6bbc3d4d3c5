"""What time brings, over all rooms, in the order in which one thing leads to the next."""

from __future__ import annotations

from datetime import datetime

from talentbank.accounts.clients import clients_tick
from talentbank.core.limits import counts_tick
from talentbank.core.repeats import repeats_tick
from talentbank.matches.pushes import pushes_tick
from talentbank.matches.timers import matches_tick
from talentbank.needs.timers import needs_tick
from talentbank.notifications.services import outbox_tick
from talentbank.notifications.webhooks.deliveries import webhooks_tick
from talentbank.organizations.services import organizations_tick
from talentbank.professionals.services import professionals_tick
from talentbank.worklist.ladders import ladders_tick

TIMERS = (
    organizations_tick,
    professionals_tick,
    matches_tick,
    needs_tick,
    ladders_tick,
    pushes_tick,
    repeats_tick,
    counts_tick,
    outbox_tick,
    webhooks_tick,
    clients_tick,
)
"""In the order in which one thing leads to the next."""


def tick(*, at: datetime) -> dict[str, int]:
    """Run every timer as of `at`; return counts by what happened. Idempotent."""
    counts: dict[str, int] = {}
    for timer in TIMERS:
        for name, count in timer(at=at).items():
            counts[f"{timer.__name__.removesuffix('_tick')}_{name}"] = count
    return counts
