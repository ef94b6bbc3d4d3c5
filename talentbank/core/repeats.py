"""Answers kept for repeats of a call. After 24 hours they are forgotten, for their bodies may name people."""

from __future__ import annotations

from datetime import datetime, timedelta

from talentbank.core.models import IdempotencyRecord

KEPT = timedelta(hours=24)


def repeats_tick(*, at: datetime) -> dict[str, int]:
    """Forget answers older than 24 hours; return how many."""
    forgotten, _ = IdempotencyRecord.objects.filter(created_at__lt=at - KEPT).delete()
    return {"forgotten": forgotten}
