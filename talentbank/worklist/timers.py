"""What time brings, over all rooms, in the order in which one thing leads to the next."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Protocol

from django.db import InterfaceError, OperationalError

from talentbank.accounts.clients import clients_tick
from talentbank.core.limits import counts_tick
from talentbank.core.repeats import repeats_tick
from talentbank.core.timers import FAILED
from talentbank.matches.pushes import pushes_tick
from talentbank.matches.timers import matches_tick
from talentbank.needs.timers import needs_tick
from talentbank.notifications.services import outbox_tick
from talentbank.notifications.webhooks.deliveries import webhooks_tick
from talentbank.organizations.services import organizations_tick
from talentbank.professionals.services import professionals_tick
from talentbank.worklist.ladders import ladders_tick

logger = logging.getLogger(__name__)


class Timer(Protocol):
    __name__: str

    def __call__(self, *, at: datetime) -> dict[str, int]: ...


TIMERS: tuple[Timer, ...] = (
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
    """Run every timer as of `at`; return counts by what happened. Idempotent.

    :raises OperationalError: the database is away; the next run does what this one could not.
    """
    counts: dict[str, int] = {}
    for timer in TIMERS:
        name = timer.__name__.removesuffix("_tick")
        counts |= {f"{name}_{what}": count for what, count in _guarded(timer, at).items()}
    return counts


def _guarded(timer: Timer, at: datetime) -> dict[str, int]:
    """The counts of one timer. One that fails as a whole is reported and left: the others are due today too."""
    try:
        return timer(at=at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("timer %s failed", timer.__name__)
        return {FAILED: 1}
