"""Timers take many rows, each in its own transaction: one that fails does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)
FAILED = "failed"


def each(ids: Iterable[UUID], act: Callable[[UUID], int], *, what: str) -> tuple[int, int]:
    """Run `act` for each id; return the sum of its answers and how many failed.

    :raises OperationalError: the database is away; the next run goes on where this one stopped.
    """
    done = failed = 0
    for id in ids:
        try:
            done += act(id)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # a broken row is reported and left; the others are due today too
            logger.exception("timer %s failed for %s", what, id)
            failed += 1
    return done, failed
