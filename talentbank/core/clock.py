"""Time of the domain. Only views and commands call `now`; everybody else is handed `at`."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

TOKYO = ZoneInfo("Asia/Tokyo")
REIWA_OFFSET = 2018
"""Reiwa 1 is 2019."""


def now() -> datetime:
    """Return the present moment, timezone-aware."""
    return timezone.now()


def day_of(at: datetime) -> date:
    """Return the calendar day of `at` in Japan."""
    return at.astimezone(TOKYO).date()


def day_begins(day: date) -> datetime:
    """The first moment of a day of Japan."""
    return datetime.combine(day, time.min, TOKYO)


def fiscal_year(day: date) -> int:
    """Return the fiscal year of a day: 2024 is 2024-04-01 … 2025-03-31."""
    return day.year if day.month >= 4 else day.year - 1


def reiwa_year(year: int) -> int:
    """Return a year of the common era as a year of Reiwa (2026 → 8)."""
    return year - REIWA_OFFSET
