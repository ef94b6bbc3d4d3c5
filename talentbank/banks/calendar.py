"""A bank's business days: neither weekends, public holidays, the office's new year, nor the bank's own closures.

Public holidays are those of the PyPI library `holidays` (国民の祝日, with substitute days); town halls close from
29 December to 3 January (地方自治法4条の2 lets an ordinance say so).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from uuid import UUID

import holidays

from talentbank.banks.models import BankClosure

SATURDAY = 5
NEW_YEAR = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Japan's public holidays of a year."""
    return frozenset(holidays.country_holidays("JP", years=year))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days count. `closures`: the bank's own closed days."""

    closures: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        closed = (day.month, day.day) in NEW_YEAR or day in self.closures or day in public_holidays(day.year)
        return day.weekday() < SATURDAY and not closed

    def after(self, day: date, count: int) -> date:
        """The `count`-th business day after `day`; `day` itself where count is 0."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_business_day(day)
        return day

    def passed(self, since: date, until: date) -> int:
        """How many business days lie after `since`, up to and including `until`."""
        days = (since + timedelta(days=n) for n in range(1, (until - since).days + 1))
        return sum(map(self.is_business_day, days))


def calendar_of(bank_id: UUID) -> Calendar:
    """Read a bank's calendar; one query."""
    return Calendar(frozenset(BankClosure.objects.filter(bank_id=bank_id).values_list("day", flat=True)))
