"""The days that a figure is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractYear

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

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def period_of(*, as_of: date, fiscal_year: int | None) -> Period:
    """Everything until `as_of`, or what of a fiscal year (2024: from 2024-04-01 to 2025-03-31) lies until then."""
    if fiscal_year is None:
        return Period(EARLIEST, as_of)
    return Period(date(fiscal_year, 4, 1), min(as_of, date(fiscal_year + 1, 3, 31)))


def fiscal_year_in(field: str) -> Combinable:
    """The fiscal year of a column of days."""
    begun_before = Case(When(**{f"{field}__month__lt": 4}, then=Value(1)), default=Value(0))
    return ExtractYear(field) - begun_before
