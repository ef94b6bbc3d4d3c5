"""The days that a figure is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from talentbank.core.clock import day_begins

EARLIEST = date(2000, 1, 1)
"""Older than any record of a bank."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included; empty where the fiscal year has not begun."""

    first: date
    last: date

    def covers(self, field: str) -> Q:
        """Rows whose day lies within."""
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": self.last})

    def covers_moment(self, field: str) -> Q:
        """Rows whose moment lies within, by the days of Japan."""
        begins, ends = day_begins(self.first), day_begins(self.last + timedelta(days=1))
        return Q(**{f"{field}__gte": begins, f"{field}__lt": ends})

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def period_of(*, as_of: date, fiscal_year: int | None) -> Period:
    """Everything until `as_of`, or what of a fiscal year (2024: from 2024-04-01 to 2025-03-31) lies until then."""
    if fiscal_year is None:
        return Period(EARLIEST, as_of)
    return Period(date(fiscal_year, 4, 1), min(as_of, date(fiscal_year + 1, 3, 31)))
